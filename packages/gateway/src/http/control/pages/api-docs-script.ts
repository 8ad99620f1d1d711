// What runs in the browser at /api/docs. Everything from the document is put in as text, never as HTML.

export const API_DOCS_SCRIPT = `
const byId = (id) => document.getElementById(id);
const api = JSON.parse(byId('data').textContent);
// Behind a proxy only the browser knows the address that it used.
const here = location.href.replace(/\\/api\\/docs.*$/, '');
const origin = api.servers[0].url === '/' ? here : api.servers[0].url;
const METHODS = ['get', 'post', 'patch', 'delete'];

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}
/** Text in which \`words\` stand as code. */
function prose(text) {
  return text.split('\`').map((part, index) => index % 2 ? element('code', { textContent: part }) : part);
}

byId('lead').textContent = api.info.description;
byId('version').textContent = api.info.version;
// The page is there with a slash at its end too, where relative links lead elsewhere.
byId('document').href = here + '/api/openapi.json';
byId('home').href = here + '/';

const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => ({ path, method: method.toUpperCase(), ...item[method] })));

function resolve(schema) {
  return schema && schema.$ref ? { ...api.components.schemas[schema.$ref.split('/').pop()], ref: schema.$ref.split('/').pop(), ...(schema.description ? { description: schema.description } : {}) } : schema ?? {};
}
function typeOf(given) {
  const schema = resolve(given);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === 'array') return 'list of ' + typeOf(schema.items);
  return (Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type ?? 'anything') + (schema.ref ? ' ' + schema.ref : '');
}
/** Members of an object, of what a list holds, or of the choice that has members. */
function membersOf(given) {
  const schema = resolve(given);
  if (schema.properties) return schema;
  if (schema.items) return membersOf(schema.items);
  for (const choice of schema.anyOf ?? []) { const found = membersOf(choice); if (found) return found; }
  return null;
}
function boundsOf(schema) {
  const low = schema.minimum ?? schema.minLength;
  const high = schema.maximum ?? schema.maxLength;
  if (low === undefined && high === undefined) return '';
  return ', ' + (low ?? '') + ' to ' + (high ?? '');
}
function field(name, given, required, depth) {
  const schema = resolve(given);
  const item = element('li', {}, element('code', { textContent: name }), element('span', { className: 'type', textContent: typeOf(given) + boundsOf(schema) }));
  if (required) item.append(element('span', { className: 'must', textContent: 'required' }));
  const example = schema.examples?.[0];
  const about = [schema.description, example === undefined ? null : 'Example: \`' + (typeof example === 'string' ? example : JSON.stringify(example)) + '\`'].filter(Boolean).join(' ');
  if (about) item.append(element('span', { className: 'about' }, ...prose(about)));
  const members = depth < 3 ? membersOf(given) : null;
  if (members) item.append(fields(members, depth + 1));
  return item;
}
function fields(schema, depth = 0) {
  const required = schema.required ?? [];
  return element('ul', { className: 'fields' }, ...Object.entries(schema.properties).map(([name, inner]) => field(name, inner, depth === 0 && required.includes(name), depth)));
}

function curl(operation) {
  const path = operation.path.replace(/\\{(\\w+)\\}/g, (_, name) => (operation.parameters ?? []).find((one) => one.name === name)?.schema?.examples?.[0] ?? name.toUpperCase());
  const lines = ['curl ' + (operation.method === 'GET' ? '' : '-X ' + operation.method + ' ') + quoted(origin + (operation['x-example-path'] ?? path))];
  if (!operation.security) lines.push('-H "Authorization: Bearer ' + (operation['x-access'] === 'operator' ? '$FAIRLEAD_MASTER_KEY' : '$FAIRLEAD_KEY') + '"');
  const example = operation.requestBody?.content['application/json'].example;
  if (example) lines.push('-H "Content-Type: application/json"', "-d '" + JSON.stringify(example, null, JSON.stringify(example).length > 50 ? 2 : 0) + "'");
  return lines.join(' \\\\\\n  ');
}
const quoted = (text) => /[?&]/.test(text) ? "'" + text + "'" : text;

function part(title, ...content) {
  return [element('h4', { textContent: title }), ...content];
}
function draw(operation) {
  const about = element('div', {},
    element('h3', { textContent: operation.summary }),
    element('div', { className: 'path' }, element('span', { className: 'verb ' + operation.method, textContent: operation.method }), element('code', { textContent: operation.path })),
    ...operation.description.split('\\n\\n').map((text) => element('p', { className: 'small' }, ...prose(text))));
  for (const [where, title] of [['path', 'In the path'], ['query', 'Query'], ['header', 'Headers']]) {
    const own = (operation.parameters ?? []).filter((one) => one.in === where);
    if (own.length) about.append(...part(title, element('ul', { className: 'fields' }, ...own.map((one) => field(one.name, { ...one.schema, description: one.description }, one.required, 2)))));
  }
  const body = membersOf(operation.requestBody?.content['application/json'].schema);
  if (body && Object.keys(body.properties).length) about.append(...part('Body', fields(body)));
  const [[status, reply], ...errors] = Object.entries(operation.responses).sort(([a], [b]) => a - b);
  const answer = element('details', {}, element('summary', { textContent: 'Reply ' + status + ': ' + reply.description }));
  const members = membersOf(reply.content?.['application/json']?.schema);
  if (members) answer.append(fields(members, 1));
  for (const [type, { schema }] of Object.entries(reply.content ?? {})) if (!membersOf(schema)) answer.append(element('p', { className: 'small soft', textContent: type + ': ' + (schema.description ?? '') }));
  about.append(answer);
  if (errors.length) {
    about.append(element('details', {}, element('summary', { textContent: 'Errors: ' + errors.map(([code]) => code).join(', ') }),
      element('dl', { className: 'codes' }, ...errors.map(([code, { $ref }]) => [code, api.components.responses[$ref.split('/').pop()]]).flatMap(([code, { description }]) => [element('dt', { textContent: code }), element('dd', {}, ...prose(description))]))));
  }
  const line = curl(operation);
  const copy = element('button', { type: 'button', className: 'copy', textContent: 'Copy' });
  const code = element('code', { textContent: line });
  copy.addEventListener('click', async () => {
    try { await navigator.clipboard.writeText(line); copy.textContent = 'Copied'; }
    // Plain http off this machine has no clipboard: select it, and the reader's own keys do the rest.
    catch { getSelection().selectAllChildren(code); copy.textContent = 'Selected'; }
    setTimeout(() => { copy.textContent = 'Copy'; }, 1600);
  });
  const call = element('div', { className: 'call' }, element('div', { className: 'bar' }, element('span', { textContent: 'curl' }), copy), element('pre', { tabIndex: 0 }, code));
  return element('article', { className: 'card operation', id: operation.operationId }, about, call);
}

const entries = [];
for (const { name, description } of api.tags) {
  const own = operations.filter(({ tags }) => tags.includes(name));
  if (!own.length) continue;
  const section = element('section', { className: 'tag' }, element('h2', { textContent: name }), element('p', { className: 'soft', textContent: description }));
  const list = element('ul');
  const group = element('div', {}, element('h2', { textContent: name }), list);
  for (const operation of own) {
    const article = draw(operation);
    const link = element('a', { href: '#' + operation.operationId }, element('span', { className: 'verb ' + operation.method, textContent: operation.method }), element('span', { textContent: operation.summary }));
    const item = element('li', {}, link);
    section.append(article);
    list.append(item);
    entries.push({ article, item, link, section, group, words: (article.textContent + ' ' + operation.operationId).toLowerCase() });
  }
  byId('operations').append(section);
  byId('index').append(group);
}
const schemas = Object.entries(api.components.schemas);
byId('schemas').append(element('h2', { textContent: 'Objects' }), ...schemas.map(([name, schema]) =>
  element('details', { id: 'schema-' + name }, element('summary', { textContent: name }), ...(schema.description ? [element('p', { className: 'small soft' }, ...prose(schema.description))] : []), ...(schema.properties ? [fields(schema)] : []))));

function search() {
  const words = byId('search').value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const entry of entries) entry.shown = words.every((word) => entry.words.includes(word));
  for (const { article, item, shown } of entries) article.hidden = item.hidden = !shown;
  for (const { section, group } of entries) section.hidden = group.hidden = !entries.some((one) => one.section === section && one.shown);
  byId('none').hidden = entries.some(({ shown }) => shown);
  byId('schemas').hidden = words.length > 0;
  if (words.length > 0) fold(false);
}
byId('search').addEventListener('input', search);
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === byId('search') || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  byId('search').focus();
});

const menu = byId('menu');
function fold(folded) {
  byId('index').toggleAttribute('data-folded', folded);
  menu.setAttribute('aria-expanded', String(!folded));
}
menu.addEventListener('click', () => fold(!byId('index').hasAttribute('data-folded')));
byId('index').addEventListener('click', (event) => { if (event.target.closest('a') && matchMedia('(max-width: 52rem)').matches) fold(true); });
fold(matchMedia('(max-width: 52rem)').matches);

const watcher = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    for (const { article, link } of entries) {
      if (article === target) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }
}, { rootMargin: '0px 0px -75% 0px' });
for (const { article } of entries) watcher.observe(article);
if (location.hash) byId(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
`
