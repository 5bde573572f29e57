#!/usr/bin/env node
// Answers a shell that asks what may be typed. Not through oclif: starting that takes longer than who presses Tab will wait.
import { homedir } from 'node:os';

const { env, argv } = process;
const root = new URL('..', import.meta.url);
// By its address and not by its name: what is built is not there when the sources are checked.
const { answer } = await import(new URL('dist/lib/completion/answer.js', root).href);
const { text, code } = await answer(argv.slice(2), { root, env, cwd: process.cwd(), userHome: env.HOME ?? homedir() });
process.stdout.write(text);
process.exitCode = code;
