"""Relatives, by the resident's consent: who they are and what they may see (`book`), how they come in
(`invitations`), what is news for them (`news`), the letters that go out (`letters`, `post`), how nights and
days were (`week`), and that nothing of them is kept for longer than needed (`forget`).
"""
