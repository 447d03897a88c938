export const USER_AGENT = 'libby-client/0.1.0';
