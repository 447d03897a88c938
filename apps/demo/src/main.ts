import { runMain } from '@libby-dialer/runtime';
import { processEnvironment } from './config.ts';
import { runDemo } from './demo-program.ts';

await runMain(process, (context) => {
  const { argv, stdin, stdout } = process;
  return runDemo(argv.slice(2), { stdin, stdout, environment: processEnvironment(), ...context });
});
