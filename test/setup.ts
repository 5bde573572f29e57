import { afterAll } from 'vitest';
import { removeTemporaryFolders } from './helpers/temporary-folders.js';

// Run for each file of tests, while the modules that they share are read once in a process.
afterAll(removeTemporaryFolders);
