/**
 * `npm run generate`: writes every file that is made from the programs themselves. With `--check`
 * it writes nothing, and fails when one is not current.
 */
import './generate/acl.ts';
import './generate/openapi.ts';
import './generate/reference.ts';
import './generate/schemas.ts';
