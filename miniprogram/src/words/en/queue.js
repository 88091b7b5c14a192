// One's number, and a relative's.

export const queue = {
  我的号: 'My number',
  请到: 'Go to counter',
  号窗口: '',
  前面还有: 'Ahead of you',
  '%(n)s 人': '%(n)s',
  预计还要等: 'Expected wait',

  '到大厅后请先签到，再开始排队。': 'Please check in at the centre first; then you join the line.',
  '请在等候区等候，留意叫号。': 'Please wait in the waiting area and listen for your number.',
  '您排在最前面，请准备好材料，留意叫号。': 'You are first in line. Have your papers ready and listen for your number.',
  '正在再次叫号，请尽快前往。': 'You are being called again. Please go now.',
  '请带齐材料前往办理。': 'Please bring all your papers.',
  '正在 %(counter)s 号窗口办理。': 'Being served at counter %(counter)s.',
  '窗口为您保留着这个号。补齐材料后请回到窗口，不必重新取号。':
    'The counter keeps your number. Come back with the missing papers; no new number is needed.',
  '叫号时您没有到窗口。请点“重新排队”，不必重新取号。':
    'You were not at the counter when called. Tap “Rejoin the line”; no new number is needed.',
  '已经办完，感谢您的配合。': 'All done. Thank you.',
  '您已放弃排队。需要办理时请重新取号。': 'You have left the line. Take a new number when you need one.',
  '这个号已经作废。需要办理时请重新取号。': 'This number is no longer valid. Take a new one when you need it.',
  '这个号已经取消。': 'This number has been cancelled.',

  '请在 %(time)s 前到大厅，在取号机上扫码或刷身份证签到。':
    'Check in at the centre before %(time)s: scan this code at a ticket machine, or use your ID card.',
  签到用的二维码: 'QR code for checking in',
  '签到后才开始排队；再晚签到，按到达时取号排队。':
    'You join the line when you check in. Later than that, you stand like someone who takes a number then.',

  实时更新中: 'Live',
  '每 10 秒更新一次': 'Updated every 10 seconds',
  不再更新: 'No longer updated',
  正在连接: 'Connecting',
  '暂时连不上，以下不是最新情况。请留意大厅屏幕和广播。':
    'No connection; this is not the present. Please watch the screens and listen to the calls.',

  '%(time)s 前重新排队，仍可排在靠前的位置。': 'Rejoin before %(time)s to keep a place near the front.',
  '现在重新排队，和此刻新取的号一样排。': 'If you rejoin now, you stand like someone who takes a number now.',
  重新排队: 'Rejoin the line',
  大厅: 'Centre',
  办理事项: 'Service',
  为什么排在这里: 'Why this place',
  应叫时间: 'To be called by',
  '应叫时间是大厅按次序承诺的时间，以屏幕和广播叫号为准。':
    'The time promised by the order of the line. Screens and calls decide.',
  '不办了，放弃排队': 'Leave the line',
  '确定放弃排队吗？': 'Leave the line?',
  '放弃后这个号作废，需要办理时要重新取号。': 'Your number will no longer be valid.',
  放弃: 'Leave',
  继续排队: 'Stay in line',

  让家人也能看到: 'Let a relative watch too',
  '家人打开链接就能看到排到哪里，叫到时家人的手机也会提醒；链接只能看，当天有效。':
    'They see where you stand, and their phone tells them when you are called. The link shows only, and only today.',
  给家人一个链接: 'Make a link',
  发给家人: 'Send to a relative',
  复制链接: 'Copy the link',
  '链接已复制，可以粘贴给家人': 'Copied: paste it in a message to a relative',
  收回链接: 'Take the link back',
  '%(n)s 人会收到提醒': '%(n)s will be notified',
  '请帮我留意 %(number)s 号': 'Please watch number %(number)s for me',

  '这次办理，您满意吗？': 'How was this visit?',
  非常满意: 'Very satisfied',
  满意: 'Satisfied',
  基本满意: 'Fairly satisfied',
  不满意: 'Dissatisfied',
  非常不满意: 'Very dissatisfied',
  '感谢您的评价：%(grade)s': 'Thank you for rating: %(grade)s',
  '点一下就是评价，一次办理评价一次。窗口人员看不到是谁评的。':
    'One tap rates, once a visit. Clerks do not see who rated.',

  家人的号: "A relative's number",
  '%(name)s的号': "%(name)s's number",
  '还没有到大厅签到。': 'Not checked in at the centre yet.',
  '正在排队，请留意叫号。': 'In line; listen for the number.',
  '正在叫号，请提醒家人前往窗口。': 'Being called. Please tell them to go to the counter.',
  '窗口保留着这个号，补齐材料后回到窗口即可。': 'The counter keeps the number until the papers are complete.',
  '叫号时没有到窗口，请提醒家人尽快重新排队。': 'Not at the counter when called. Please tell them to rejoin soon.',
  '已经办完。': 'Finished.',
  '已放弃排队。': 'Left the line.',
  '这个号已经作废。': 'No longer valid.',
  叫到时提醒我: 'Tell me when it is called',
  '快轮到、叫到和过号时，用消息告诉您。': 'We message you when it is near, called or missed.',
  提醒我: 'Tell me',
  不再提醒: 'Stop telling me',
  '登录后，离开这一页也能收到提醒。': 'Sign in to be told even when this page is closed.',
  '开着这一页时，叫到就响铃': 'Ring when called, while this page is open',
  '已打开响铃，请不要关闭这一页。': 'Ringing is on. Please keep this page open.',
}
