"""What a hub does with a child that does not listen: says its number, and waits for it."""

from hub.child import begun

with begun("tests.keeping.deaf_child") as child:
    print(child.pid, flush=True)
    child.wait()
