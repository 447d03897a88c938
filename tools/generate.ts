/**
 * `npm run generate`: writes every file that is made from the programs themselves. With `--check`
 * it writes nothing, and fails when one is not current.
 */
import './acl.ts';
import './openapi.ts';
import './reference.ts';
import './schemas.ts';
