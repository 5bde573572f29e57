export { openHub } from './embedded/open-hub.js';
