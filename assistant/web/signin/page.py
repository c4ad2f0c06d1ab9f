"""The page that asks for a name and a password: plain HTML, without scripts."""

from __future__ import annotations

from html import escape


def sign_in_html(query: str = "", name: str = "", notice: str = "") -> str:
    """Return the page.

    Args:
        query: of the address to come back to.
        name: what was typed before.
        notice: what was wrong, in a sentence.

    """
    wrong = f'<p class="notice" role="alert" id="wrong">{escape(notice)}</p>' if notice else ""
    told = ' aria-describedby="wrong" aria-invalid="true"' if notice else ""
    first, second = ("", " autofocus") if name else (" autofocus", "")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · Étude</title>
<link rel="icon" href="/etude/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/etude/fonts/fonts.css">
<link rel="stylesheet" href="/etude/signin.css">
</head>
<body>
<main>
<p class="wordmark">Étude</p>
<h1>Sign in</h1>
{wrong}
<form method="post" action="/sign-in">
<label>Name<input name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" spellcheck="false"
 maxlength="80" required{first}{told}></label>
<label>Password<input name="password" type="password" autocomplete="current-password" maxlength="200"
 required{second}{told}></label>
<input type="hidden" name="to" value="{escape(query)}">
<button type="submit">Sign in</button>
</form>
<p class="hint">No account yet, or the password forgotten? Ask whoever runs this Etude.</p>
</main>
</body>
</html>
"""
