export { operatorAccess, operatorConfig, operatorSettings } from '#libs/runtime';
