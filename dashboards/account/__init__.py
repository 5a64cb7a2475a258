"""One's own account: where one is signed in, PIN, codes of an app, passkeys."""
