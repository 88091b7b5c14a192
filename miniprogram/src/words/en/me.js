// The account: family and firms, settings.

export const me = {
  微信用户: 'WeChat user',
  本人信息已登记: 'Identity registered',
  '未登记本人，登记后可以预约和远程取号': 'Not registered yet; register to book and to take a number remotely',
  去登记: 'Register',
  我在看的号: 'Numbers I follow',
  退出登录: 'Sign out',
  '退出登录？': 'Sign out?',
  '退出后仍会收到已约定的短信提醒。': 'You will still get the text messages already arranged.',
  退出: 'Sign out',
  不退出: 'Stay',

  字号和语言: 'Text size and language',
  大字版: 'Large type',
  '字大、按钮大、选项少，看得清、点得准。': 'Larger text and buttons, fewer choices.',
  语言: 'Language',
  '这些设置只在这台手机上有效；消息按所选的语言发送。':
    'These settings are for this phone only. Messages are sent in the language chosen.',

  家人和企业: 'Family and firms',
  '添加后可以替家人或企业预约。证件只用于核对，页面上只显示一部分。':
    'Add family members or firms to book for them. Numbers are only used to check, and shown in part.',
  '还没有添加家人或企业。': 'No family members or firms yet.',
  '移除 %(name)s': 'Remove %(name)s',
  '移除 %(name)s？': 'Remove %(name)s?',
  移除: 'Remove',
  '已有的预约不受影响，以后可以再添加。': 'Existing bookings stay. You can add them again later.',
  添加谁: 'Whom to add',
  家人: 'Family',
  企业: 'Firm',
  本人: 'Me',
  企业名称: 'Name of the firm',
  与营业执照一致: 'As on the business licence',
  统一社会信用代码: 'Unified social credit code',
  '营业执照上的 18 位代码': '18 characters, on the business licence',
  添加: 'Add',
  取消: 'Cancel',
  添加家人: 'Add a family member',
  添加企业: 'Add a firm',
}
