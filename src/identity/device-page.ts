const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What the page may do: send its own form, and be in no other page. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? '');
}

/** The page on which people type the code that a device shows them, and sign in. */
export function devicePage(told: { readonly problem?: string; readonly userCode?: string } = {}): string {
  const problem = told.problem === undefined ? '' : `<p role="alert"><strong>${escaped(told.problem)}</strong></p>`;
  return page(
    `<h1>Sign in to a device</h1>
<p>Go on only if you asked for this code yourself: whoever shows it to you will be signed in as you.</p>
${problem}
<form method="post">
<p><label>Code <input name="user_code" required autocomplete="off" value="${escaped(told.userCode ?? '')}"></label></p>
<p><label>User name <input name="username" required autocomplete="username"></label></p>
<p><label>Password <input name="password" type="password" required autocomplete="current-password"></label></p>
<p><button>Sign in</button></p>
</form>`,
  );
}

export function deviceDonePage(): string {
  return page('<h1>You are signed in</h1>\n<p>Go back to your device; this page can be closed.</p>');
}

function page(body: string): string {
  return `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Berth</title></head>\n<body>\n${body}\n</body>\n</html>\n`;
}
