import { expect, it } from 'vitest';
import { withoutOuterNpm, withWorkspacePath } from './environment.mjs';

it('drops what npm says about its own script, and keeps how the registry is reached', () => {
  const outer = {
    HOME: '/home/somebody',
    npm_lifecycle_event: 'test',
    npm_package_name: 'libby-dialer',
    npm_config_local_prefix: '/checkout',
    npm_config_omit: 'dev',
    npm_config_registry: 'http://registry.example',
    npm_config_https_proxy: 'http://proxy.example',
    'npm_config_//registry.example/:_authToken': 'x',
  };
  expect(Object.keys(withoutOuterNpm(outer))).toEqual([
    'HOME',
    'npm_config_registry',
    'npm_config_https_proxy',
    'npm_config_//registry.example/:_authToken',
  ]);
});

it('puts the programs of the checkout before those of the machine', () => {
  expect(withWorkspacePath({ PATH: '/usr/bin' }, '/checkout')['PATH']).toBe(
    '/checkout/.toolchain/bin:/checkout/node_modules/.bin:/usr/bin',
  );
});
