"""What this process may do, as one JSON object. The argument is a file that names what to try: folders, files, addresses."""

import json
import socket
import sys


def succeeds(deed, thing):
    try:
        deed(thing)
        return True
    except OSError:
        return False


def write(folder):
    with open(f'{folder}/probe', 'w') as file:
        file.write('x')


def read(path):
    with open(path) as file:
        file.read()


def send(address):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.sendto(b'x', (address, 9))


with open(sys.argv[1]) as file:
    asked = json.load(file)
deeds = [('writes', write, 'folders'), ('reads', read, 'files'), ('reaches', send, 'addresses')]
print(json.dumps({name: [thing for thing in asked[what] if succeeds(deed, thing)] for name, deed, what in deeds}))
