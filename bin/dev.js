#!/usr/bin/env -S node --import tsx
// Runs the commands from src, without a build and past its manifest.
import { join } from 'node:path';
import { execute } from '@oclif/core';

const root = join(import.meta.dirname, '..');
await execute({ development: true, loadOptions: { root, ignoreManifest: true } });
