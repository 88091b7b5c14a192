// Signing in, who one is, and the phone.

export const account = {
  政务服务大厅: 'Government service centre',
  '登录后可以预约、签到、看排队进度，轮到您时收到提醒。':
    'Sign in to book, check in, follow the line, and be told when it is your turn.',
  微信登录: 'Sign in with WeChat',
  '微信登录没有成功，请稍候再试。': 'WeChat could not sign you in. Please try again shortly.',
  '只用于认出是您本人，不会读取您的微信好友和聊天。':
    'Only used to recognise you. Your friends and chats are not read.',
  '这里是演示，不连接微信。填写任意名字即可登录，同一名字是同一个人。':
    'This is a demo without WeChat. Sign in with any name; the same name is the same person.',
  名字: 'Name',
  '例如：张三': 'For example: 张三',
  先不登录: 'Not now',
  '请在微信小程序中登录。': 'Please sign in inside the WeChat mini-program.',
  '不登录也可以：': 'Without signing in you can:',
  '查找事项，看要带什么材料': 'Look up services and what to bring',
  看各大厅现在人多人少: 'See how busy each centre is now',
  '用家人发来的链接，看家人的号': "Follow a relative's number by the link they sent",

  本人信息: 'Your identity',
  已登记本人: 'Registered as',
  '登记后不能自行更换证件号码。如登记有误，请携带证件到大厅咨询台更正。':
    'The ID number cannot be changed here. If it is wrong, please bring your ID to the information desk.',
  已核实是本人: 'Verified',
  还没有核实是本人: 'Not verified yet',
  '还没有核实到姓名、证件号码和手机号是同一个人的。请换用本人名下的手机号，或带身份证到大厅办理。':
    "Name, ID number and phone could not be verified as one person's. Please use a phone number in your own name, or bring your ID card to the centre.",
  先登记手机号: 'First, your phone number',
  再登记姓名和证件号码: 'Then your name and ID number',
  '姓名和证件号码，看过您身份证的人也知道。手机号也是您本人名下的，才能查看证照、自动填表。不提供也可以预约和取号。':
    'Anyone who has seen your ID card knows your name and number. Licences and filled-in forms open only if the phone number is yours, too. You can book and take a number without it.',
  '预约、远程取号须登记本人。请按身份证填写，每个账号登记一次。':
    'Booking and taking a number remotely need your identity. Fill it in as on your ID card, once for this account.',
  姓名: 'Name',
  与身份证一致: 'As on your ID card',
  身份证号码: 'ID number',
  '18 位，末位可以是 X': '18 characters; the last may be X',
  确认登记: 'Register',
  '号码加密保存，只用于办理您的业务；页面上只显示一部分。':
    'The number is kept encrypted and used only for your business; pages show only part of it.',
  演示人物: 'People of the demo',
  '都是虚构的人。点一位，就以他的姓名、证件号码和手机号登记。':
    'All invented. Choose one to register with their name, ID number and phone.',
  '请填写姓名。': 'Please enter your name.',
  '证件号码有误，请核对后重新输入。': 'This ID number is not correct. Please check it and enter it again.',

  手机号: 'Phone number',
  现在的手机号: 'Your phone number',
  '轮到您、预约有变动而微信消息发不到时，用短信通知您。您本人名下的手机号还用来核实您的身份。':
    'We text you when it is your turn or a booking changes, if a WeChat message cannot reach you. A number in your own name also verifies who you are.',
  使用微信绑定的手机号: 'Use the number linked to WeChat',
  '微信会请您确认。不提供也可以预约和取号。':
    'WeChat will ask you to confirm. You can book and take a number without it.',
  '手机号（演示）': 'Phone number (demo)',
  保存: 'Save',
  '请在微信小程序中登记手机号。': 'Please register your phone number inside the WeChat mini-program.',
}
