// Starts ReDoc on our own document, in the page's own colours.

const sans = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const mono = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

const light = {
  paper: '#ffffff', raised: '#f7f4ee', line: '#ddd5c7', ink: '#1d1a2b', soft: '#5b5669', accent: '#8a4b08',
  good: '#1c6b45', bad: '#a3262b',
};
const dark = {
  paper: '#13111c', raised: '#1c1928', line: '#363147', ink: '#f1edf7', soft: '#b0a9c0', accent: '#f5c177',
  good: '#7fd6a6', bad: '#ff9d98',
};

function theme(c) {
  return {
    colors: {
      primary: { main: c.accent },
      success: { main: c.good },
      error: { main: c.bad },
      text: { primary: c.ink, secondary: c.soft },
      border: { light: c.line, dark: c.line },
      gray: { 50: c.raised, 100: c.raised },
      responses: {
        success: { color: c.good },
        error: { color: c.bad },
        redirect: { color: c.accent },
        info: { color: c.soft },
      },
    },
    schema: { nestedBackground: c.raised, linesColor: c.line, typeNameColor: c.soft, typeTitleColor: c.ink, requireLabelColor: c.bad },
    sidebar: { backgroundColor: c.raised, textColor: c.ink, activeTextColor: c.accent },
    rightPanel: { backgroundColor: '#221e31', textColor: '#f1edf7' },
    codeBlock: { backgroundColor: '#181524' },
    fab: { backgroundColor: c.raised, color: c.ink },
    typography: {
      fontFamily: sans,
      headings: { fontFamily: sans, fontWeight: '600' },
      code: { fontFamily: mono, color: c.ink, backgroundColor: c.raised },
      links: { color: c.accent, visited: c.accent, hover: c.accent },
    },
  };
}

const wantsDark = matchMedia('(prefers-color-scheme: dark)');
// ReDoc cannot change its colours while it stands.
wantsDark.addEventListener('change', () => location.reload());

Redoc.init('/openapi.json', {
  theme: theme(wantsDark.matches ? dark : light),
  nativeScrollbars: true,
  requiredPropsFirst: true,
}, document.getElementById('redoc'));
