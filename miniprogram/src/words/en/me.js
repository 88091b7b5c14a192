// The account: family and firms, settings.

export const me = {
  家人和企业: 'Family and firms',
  设置: 'Settings',
}
