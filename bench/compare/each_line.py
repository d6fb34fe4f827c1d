"""Refreshes once for each line of standard input, and answers each with a line: "ok", or what went wrong.

It stands in for a warm Lambda environment, which keeps what it has imported. It ends when its input does.
"""
import sys

import refresher

print("ready", flush=True)
for _ in sys.stdin:
    try:
        refresher.refresh()
        print("ok", flush=True)
    except Exception as error:
        print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)
