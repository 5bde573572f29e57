#!/usr/bin/env node
import { execute, settings } from '@oclif/core';

// Otherwise oclif runs the sources, untranspiled, wherever NODE_ENV is test or development.
settings.enableAutoTranspile = false;
await execute({ dir: import.meta.url });
