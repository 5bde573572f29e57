export { formatAge, formatBytes, formatDuration } from '../base/formats.js';
