import { exactJsonText, parseExactJson } from '../exact-json.js';
import { errorText } from '../error-text.js';
import { DmInvalidArgumentError } from '../errors.js';

const MIME_LINE_LENGTH = 76;
const BASE64 = /^[A-Za-z0-9+/]*=*$/u;

/**
 * DM's encoding of free text in paths and queries: base64 of the MIME base64 of the UTF-8 text, written as Python writes bytes, `b'…'`.
 * The inner base64 has a line feed after every 76 characters and at its end. Source: captured requests (`{}` is `b'ZTMwPQo='`).
 */
export function encodeText(text: string): string {
  const inner = Buffer.from(text, 'utf8').toString('base64');
  let lines = '';
  for (let start = 0; start < inner.length; start += MIME_LINE_LENGTH) {
    lines += `${inner.slice(start, start + MIME_LINE_LENGTH)}\n`;
  }
  return `b'${Buffer.from(lines, 'latin1').toString('base64')}'`;
}

/**
 * The text behind an encoded value, in every form that DM takes: with or without the inner line feeds, with quotes and padding
 * percent-encoded, with any padding.
 * @throws DmInvalidArgumentError for anything else
 */
export function decodeText(encoded: string): string {
  const literal = /^b(['"])(.*)\1$/su.exec(unescapePercent(encoded));
  if (literal?.[2] === undefined) throw malformed(encoded, "it is not of the form b'…'");
  const inner = decodeBase64(literal[2], encoded).toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decodeBase64(inner, encoded));
  } catch (error) {
    if (error instanceof DmInvalidArgumentError) throw error;
    throw malformed(encoded, 'it does not hold UTF-8');
  }
}

/** A JSON value, encoded like free text. */
export function encodeJson(value: unknown): string {
  return encodeText(exactJsonText(value));
}

/** @throws DmInvalidArgumentError when the text is not encoded or is not JSON */
export function decodeJson(encoded: string): unknown {
  const text = decodeText(encoded);
  try {
    return parseExactJson(text);
  } catch (error) {
    throw malformed(encoded, `it does not hold JSON: ${errorText(error)}`);
  }
}

/** True for what `encodeText` could have made, percent-encoded or not. */
export function isEncodedText(value: string): boolean {
  try {
    decodeText(value);
    return true;
  } catch {
    return false;
  }
}

function decodeBase64(text: string, whole: string): Buffer {
  const compact = text.replace(/\s+/gu, '');
  if (!BASE64.test(compact)) throw malformed(whole, 'it holds characters that are not base64');
  return Buffer.from(compact, 'base64');
}

function unescapePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed(text, 'its percent-encoding is broken');
  }
}

function malformed(encoded: string, reason: string): DmInvalidArgumentError {
  const shown = encoded.length > 60 ? `${encoded.slice(0, 60)}…` : encoded;
  return new DmInvalidArgumentError(`The encoded parameter ${shown} can't be decoded: ${reason}.`);
}
