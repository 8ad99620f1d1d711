// The browser's side of the page behind a one-time link. What it shows comes from the gateway as text, never as markup.

export const ARRIVAL_SCRIPT = `
const kind = document.querySelector('main').dataset.kind;
const form = document.querySelector('form');
const note = document.querySelector('#note');
const fields = Object.fromEntries(['email', 'name', 'password', 'code'].map((name) => [name, form.elements[name]]));
const base = location.pathname.replace(/[^/]*$/, '');
const token = location.hash.slice(1);
// Whoever looks over a shoulder, or into the history, finds nothing.
history.replaceState(null, '', location.pathname);
let step = 'arrive';

function say(text, tone) {
  note.textContent = text;
  note.className = 'notice ' + tone;
  note.hidden = false;
}
function show(name, shown) {
  fields[name].closest('label').hidden = !shown;
  fields[name].disabled = !shown;
}
async function ask(path, body) {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.error.message);
  return reply;
}
function done() {
  form.hidden = true;
  say('You are logged in on this browser.', 'good');
  document.querySelector('#next').hidden = false;
}

const LOOK = kind === 'invitation' ? 'api/invitations/look' : 'api/login/link/look';
const GO = { 'set-up': 'api/login/link', reset: 'api/login/link', confirm: 'api/sign-up/confirm', invitation: 'api/invitations/join' };

async function look() {
  if (token === '') throw new Error('This address has no token behind its #. Open the whole link that you were given.');
  const link = await ask(LOOK, { token });
  const mine = link.email ?? null;
  show('email', mine === null);
  show('name', kind !== 'reset');
  show('code', false);
  const who = document.querySelector('#who');
  if (kind === 'invitation') who.textContent = 'You are invited to ' + link.account_name + ' as ' + link.role + '.';
  if (mine !== null) who.textContent += ' For ' + mine + '.';
  form.hidden = false;
  form.querySelector('input:not(:disabled)').focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  note.hidden = true;
  try {
    if (step === 'code') {
      const code = fields.code.value.trim();
      const path = /^\\d{6}$/.test(code.replaceAll(' ', '')) ? 'api/login/code' : 'api/login/recovery-code';
      await ask(path, { code });
      done();
      return;
    }
    const body = { token };
    for (const name of ['email', 'name', 'password']) {
      if (!fields[name].disabled && fields[name].value !== '') body[name] = fields[name].value;
    }
    const came = await ask(GO[kind], body);
    if (came.state === 'done') {
      done();
      return;
    }
    step = 'code';
    for (const name of ['email', 'name', 'password']) show(name, false);
    show('code', true);
    fields.code.focus();
  } catch (error) {
    say(error.message, 'bad');
  } finally {
    button.disabled = false;
  }
});

look().catch((error) => say(error.message, 'bad'));
`
