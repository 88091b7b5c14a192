// Finding an item, and its guide.

export const items = {
  查找事项: 'Find a service',
  '例如：身份证，或 sfz': 'For example: ID card, or sfz',
  '只看%(hall)s': 'Only %(hall)s',
  看所有大厅: 'All centres',
  按部门查找: 'By department',
  '没有找到“%(words)s”。': 'Nothing found for “%(words)s”.',
  '换个说法试试，例如“办护照”“身份证丢了”；或到大厅咨询台问工作人员。':
    'Try other words, or ask at the information desk.',
  可预约: 'Bookable',
  '还有 %(n)s 项，请输入更多字。': '%(n)s more; please type more.',

  办事指南: 'Guide',
  办理时间: 'Takes',
  '约 %(minutes)s 分钟': 'about %(minutes)s min',
  现在取号要等: 'Wait if you come now',
  现在不给号: 'No numbers now',
  要带什么: 'What to bring',
  '没有列明材料，建议带上身份证，或先电话咨询。': 'No papers are listed. Bring your ID card, or call first.',
  '准备好一样，点一下打勾。': 'Tap each one when it is ready.',
  在哪里办: 'Where',
  '%(lane)s 队列，现在 %(n)s 人等候': 'Lane %(lane)s, %(n)s waiting now',
  预约时间: 'Book a time',
  现在就取号: 'Take a number now',
  '这一项不用预约，请到大厅取号办理。': 'No booking needed: take a number at the centre.',
  '现在取号？': 'Take a number now?',
  '取号后请到大厅签到，签到后才排队；来得太晚，按到达时取号处理。':
    'You join the line when you check in at the centre. If you come too late, you are treated as taking a number then.',
  取号: 'Take it',
  先不取: 'Not now',
}
