// Fills in what only the running server knows. The page is whole without it.

const at = (id) => document.getElementById(id);

function show(id, state, text) {
  at(id).dataset.state = state;
  at(id).textContent = text;
}

async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

// The setup code is asked of everyone but a browser on the server's own machine.
const isLoopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);

function setupCommand() {
  const account = { username: 'you', password: 'a long password of yours' };
  if (!isLoopback) account.setup_code = 'the setup code';
  const body = JSON.stringify(account, null, 2).replaceAll('\n', '\n  ');
  return `curl ${location.origin}/api/auth/setup \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

function offerSetup() {
  at('setup-code-note').hidden = isLoopback;
  at('setup-command').textContent = setupCommand();
  at('setup-help').hidden = false;
  // On plain http a browser has no clipboard to offer, but on loopback.
  if (!navigator.clipboard) return;
  at('copy-row').hidden = false;
  at('copy').addEventListener('click', async () => {
    await navigator.clipboard.writeText(at('setup-command').textContent);
    at('copied').textContent = 'Copied';
  });
}

async function showHealth() {
  try {
    await ask('/api/health');
    show('health', 'good', 'Running');
  } catch {
    show('health', 'bad', 'Does not answer');
  }
}

async function showAccount() {
  try {
    const status = await ask('/api/auth/status');
    if (status.setup_required) {
      show('setup', 'todo', 'Still to do');
      offerSetup();
    } else {
      show('setup', 'good', 'Done');
    }
    if (status.authenticated) {
      show('session', 'good', `Signed in as ${status.user?.username ?? 'yourself'}`);
    } else {
      show('session', 'wait', 'Not signed in');
    }
  } catch {
    show('setup', 'bad', 'Not known');
    show('session', 'bad', 'Not known');
  }
}

async function showVersion() {
  try {
    const { version } = await ask('/api/version');
    if (version) at('version').textContent = `Umbra ${version}`;
  } catch {
    // The name alone will do.
  }
}

await Promise.all([showHealth(), showAccount(), showVersion()]);
