// Writes src/lib/api/schema.d.ts from docs/openapi.yaml, so that a field that
// was renamed in Go is a type error here.

import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, 'src', 'lib', 'api', 'schema.d.ts');

const ast = await openapiTS(pathToFileURL(join(here, '..', 'docs', 'openapi.yaml')), { alphabetize: true, defaultNonNullable: false });
const text = '// Generated from docs/openapi.yaml by api.mjs; not edited by hand.\n\n' + astToString(ast);

mkdirSync(dirname(target), { recursive: true });
if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
