import { readFileSync } from 'node:fs';
import { KlorosError, toError } from '../base/errors.js';
import { own } from '../base/own.js';
import { withoutLogin } from '../base/http-post.js';
import { tracesUrl } from './collector.js';

/** Where spans go, and what lets them in. */
export interface Destination {
  /** Without user and password. */
  url: string;
  /** Secrets: never shown, logged or kept. */
  headers: Readonly<Record<string, string>>;
}

/** What is said of a destination: flags, and the variables of the OpenTelemetry specification. */
export interface DestinationSources {
  /** An address, or `env`: then the environment has it. */
  given: string;
  /** NAME=VALUE, or NAME=@FILE. */
  headers: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** Says that the environment has the address. */
export const FROM_ENVIRONMENT = 'env';

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';
const TRACES_HEADERS = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';
/** A token of RFC 9110. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** What a field value may have: no control characters, and nothing beyond Latin-1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Address and headers of a collector. A flag wins over the variable for traces, that over the variable for all signals;
 * user and password of the address become a header. Throws KlorosError INVALID_URL or INVALID_HEADER, without the value.
 */
export function destinationOf({ given, headers, env }: DestinationSources): Destination {
  const said = given === FROM_ENVIRONMENT ? endpointIn(env) : { text: given, isWhole: false };
  const { address: url, login } = withoutLogin(said.isWhole ? wholeUrl(said.text) : tracesUrl(said.text));
  return {
    url,
    headers: {
      ...login,
      ...headersIn(env, HEADERS),
      ...headersIn(env, TRACES_HEADERS),
      ...Object.fromEntries(headers.map(flagHeader)),
    },
  };
}

/** By the specification the address for traces is taken as it is, and the one for all signals is the folder above. */
function endpointIn(env: NodeJS.ProcessEnv): { text: string; isWhole: boolean } {
  const [traces, all] = [env[TRACES_ENDPOINT] ?? '', env[ENDPOINT] ?? ''];
  if (traces !== '') return { text: traces, isWhole: true };
  if (all !== '') return { text: all, isWhole: false };
  throw new KlorosError({
    code: 'INVALID_URL',
    message: 'The environment names no collector',
    why: `neither ${TRACES_ENDPOINT} nor ${ENDPOINT} is set`,
    next: [`${ENDPOINT}=http://127.0.0.1:4318 kloros exporter --otlp ${FROM_ENVIRONMENT}`],
  });
}

function wholeUrl(text: string): string {
  tracesUrl(text); // Complains where it is none.
  return new URL(text).href;
}

/** `name=value,name=value`, values percent-encoded (the specification: as W3C Baggage). */
function headersIn(env: NodeJS.ProcessEnv, variable: string): Record<string, string> {
  const pairs = (own(env, variable) ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const { name, value } = split(pair, variable);
      return checked(name, decoded(value, variable), variable);
    }),
  );
}

function flagHeader(text: string): [string, string] {
  const { name, value } = split(text, '--otlp-header');
  return checked(name, value.startsWith('@') ? contentOf(value.slice(1)) : value, '--otlp-header');
}

function split(text: string, place: string): { name: string; value: string } {
  const at = text.indexOf('=');
  if (at < 1) throw invalid(place, 'a header is NAME=VALUE');
  return { name: text.slice(0, at).trim().toLowerCase(), value: text.slice(at + 1).trim() };
}

function decoded(value: string, variable: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw invalid(variable, 'a value has a % that begins no percent-encoded character');
  }
}

function checked(name: string, value: string, place: string): [string, string] {
  if (!NAME.test(name)) throw invalid(place, 'the name of a header has letters, digits and - only');
  if (!VALUE.test(value)) throw invalid(place, `the value of ${name} has characters that no header may have`);
  return [name, value];
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw invalid('--otlp-header', `its file cannot be read: ${toError(error).message}`);
  }
}

function invalid(place: string, why: string): KlorosError {
  return new KlorosError({
    code: 'INVALID_HEADER',
    message: `${place} has a header that cannot be sent`,
    why,
    next: ['kloros exporter --otlp URL --otlp-header authorization=@FILE'],
  });
}
