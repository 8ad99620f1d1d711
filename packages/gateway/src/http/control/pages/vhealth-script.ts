// What runs in the browser at /vhealth. Everything from the server is put in as text, never as HTML.

export const VHEALTH_SCRIPT = `
const REFRESH_MS = 5000;
const byId = (id) => document.getElementById(id);
const start = JSON.parse(byId('data').textContent);
let health = start.health;
let skewMs = Date.now() - start.nowMs;
let heardAtMs = Date.now();
let lost = false;
let sort = { column: 'name', down: false };

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
const number = (value) => value.toLocaleString('en');
const rate = (now, limit) => limit >= 0 ? number(now) + ' of ' + number(limit) : number(now);
function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return seconds + ' s';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min';
  if (seconds < 172800) return Math.floor(seconds / 3600) + ' h';
  return Math.floor(seconds / 86400) + ' days';
}
const serverNow = () => Date.now() - skewMs;
const ago = (ms) => span(serverNow() - ms) + ' ago';

function facts(list, pairs) {
  for (const [name, value] of pairs) list.append(element('dt', { textContent: name }), element('dd', { textContent: value }));
  return list;
}

function drawState() {
  const well = health.status === 'healthy';
  const all = health.healthyServers === health.totalServers;
  const pill = byId('state');
  pill.className = 'pill ' + (lost || !well ? 'bad' : all ? 'good' : 'warn');
  pill.textContent = lost ? 'Gateway not reachable' : !well ? 'No provider is up' : all ? 'All providers up' : 'Some providers down';
  byId('fresh').textContent = lost ? 'Last figures ' + span(Date.now() - heardAtMs) + ' ago' : 'Live';
  const error = byId('config-error');
  error.hidden = !health.config_error;
  error.textContent = 'The changed configuration was refused, and the one before it stays. ' + (health.config_error ?? '');
}

function drawFigures() {
  const credentials = health.total_credentials === undefined ? [] : [['Credentials ready', health.credentials_available + ' / ' + health.total_credentials]];
  const requests = health.credentials ? [['Requests per minute', number(sum('current_rpm'))], ['Tokens per minute', number(sum('current_tpm'))]] : [];
  const figures = [['Providers up', health.healthyServers + ' / ' + health.totalServers], ...credentials, ...requests, ['Running for', span(serverNow() - start.startedAtMs)]];
  byId('figures').replaceChildren(...figures.map((pair) => facts(element('div'), [pair])));
}
const sum = (field) => Object.values(health.credentials).reduce((total, one) => total + one[field], 0);

function drawProviders() {
  byId('providers-part').hidden = !health.servers;
  byId('providers').replaceChildren(...(health.servers ?? []).map((server) => {
    const own = Object.entries(health.credentials ?? {}).filter(([, one]) => one.provider === server.name);
    const ready = own.filter(([, one]) => !one.is_banned).length;
    const pairs = [['Response time', number(server.responseTime) + ' ms'], ['Last check', ago(server.lastCheck)]];
    if (server.consecutiveFailures > 0) pairs.push(['Failures in a row', number(server.consecutiveFailures)]);
    if (own.length > 1) pairs.push(['Keys ready', ready + ' of ' + own.length]);
    for (const [, one] of own.slice(0, 1)) pairs.push(['Type', one.type]);
    if (own.length > 0) {
      const limits = own.map(([, one]) => one.limit_rpm ?? -1);
      pairs.push(['Requests per minute', rate(own.reduce((total, [, one]) => total + one.current_rpm, 0), limits.every((limit) => limit >= 0) ? limits.reduce((a, b) => a + b, 0) : -1)]);
    }
    const pill = element('span', { className: 'pill ' + (server.healthy ? 'good' : 'bad'), textContent: server.healthy ? 'Up' : 'Down' });
    const card = element('article', { className: 'card provider' + (server.healthy ? '' : ' down') },
      element('div', { className: 'top' }, element('h3', { textContent: server.name }), pill));
    if (server.url) card.append(element('span', { className: 'mono soft small', textContent: server.url }));
    if (server.reason) card.append(element('p', { className: 'reason', textContent: server.reason }));
    for (const [name, one] of own) if (one.is_banned) card.append(element('p', { className: 'reason' + (one.reason ? '' : ' wait'),
      textContent: name + ': ' + (one.reason ?? (one.ban_until ? 'at its limit, back in ' + span(one.ban_until - serverNow()) : 'out of use')) }));
    card.append(facts(element('dl'), pairs));
    return card;
  }));
}

const columns = [
  { id: 'name', title: 'Model', of: (one) => one.model },
  { id: 'state', title: 'State', of: (one) => one.state === 'open' ? 0 : one.state === 'half-open' ? 1 : 2 },
  { id: 'credential', title: 'Provider', of: (one) => one.credential },
  { id: 'rpm', title: 'Requests/min', of: (one) => one.current_rpm, number: true },
  { id: 'tpm', title: 'Tokens/min', of: (one) => one.current_tpm, number: true },
  { id: 'errors', title: 'Errors', of: (one) => Object.values(one.error_code_counts ?? {}).reduce((a, b) => a + b, 0), number: true },
];

byId('head').append(...columns.map((column) => {
  const button = element('button', { type: 'button', textContent: column.title });
  button.addEventListener('click', () => {
    sort = { column: column.id, down: sort.column === column.id ? !sort.down : Boolean(column.number) };
    drawModels();
  });
  return element('th', { className: column.number ? 'number' : '', scope: 'col' }, button);
}));

function drawModels() {
  const all = Object.values(health.models ?? {});
  byId('models-part').hidden = all.length === 0;
  const words = byId('filter').value.toLowerCase().split(' ').filter(Boolean);
  const shown = all.filter((one) => words.every((word) => (one.model + ' ' + one.credential).toLowerCase().includes(word)));
  const column = columns.find(({ id }) => id === sort.column);
  const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b, 'en', { numeric: true });
  shown.sort((a, b) => (sort.down ? -1 : 1) * compare(column.of(a), column.of(b)) || compare(a.model, b.model));
  for (const [index, { id }] of columns.entries()) {
    const cell = byId('head').children[index];
    if (id === sort.column) cell.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
    else cell.removeAttribute('aria-sort');
  }
  byId('count').textContent = shown.length === all.length ? all.length : shown.length + ' of ' + all.length;
  byId('none').hidden = shown.length > 0;
  byId('models').replaceChildren(...shown.map(drawModel));
}

function drawModel(one) {
  const open = one.state === 'open';
  const text = open ? (one.ban_until ? 'Resting, ' + span(one.ban_until - serverNow()) : 'Resting') : one.state === 'half-open' ? 'Being tried' : 'Ready';
  const pill = element('span', { className: 'pill ' + (open ? 'bad' : one.state === 'half-open' ? 'warn' : 'good'), textContent: text });
  const codes = Object.entries(one.error_code_counts ?? {}).map(([code, count]) => count + ' x ' + code).join(', ');
  const cell = (textContent, className = '') => element('td', { textContent, className });
  return element('tr', {}, cell(one.model, 'mono model'), element('td', {}, pill), cell(one.credential),
    cell(rate(one.current_rpm, one.limit_rpm), 'number'), cell(rate(one.current_tpm, one.limit_tpm), 'number'), cell(codes || '0', 'number'));
}

function draw() {
  drawState();
  drawFigures();
  drawProviders();
  drawModels();
}

async function refresh() {
  if (document.hidden) return;
  try {
    const reply = await fetch('health', { headers: { accept: 'application/json' } });
    const body = await reply.json();
    if (typeof body.totalServers !== 'number') throw new Error('not the health page');
    health = body;
    heardAtMs = Date.now();
    lost = false;
  } catch {
    lost = true;
  }
  draw();
}

byId('filter').addEventListener('input', drawModels);
document.addEventListener('visibilitychange', refresh);
draw();
setInterval(refresh, REFRESH_MS);
`
