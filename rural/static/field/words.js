// What the app says, Chinese first. `{name}` is filled in.

const WORDS = {
  title: ["田间表单", "Field forms"],
  language: ["English", "中文"],
  offline: ["离线", "Offline"],
  online: ["在线", "Online"],
  unsent: ["{n} 条未上传", "{n} not uploaded"],
  all_sent: ["全部已上传", "All uploaded"],
  back: ["返回", "Back"],
  next: ["下一页", "Next"],
  previous: ["上一页", "Previous"],
  close: ["关闭", "Close"],
  cancel: ["取消", "Cancel"],
  yes: ["是", "Yes"],
  no: ["否", "No"],
  none_chosen: ["请选择", "Please choose"],
  required_mark: ["必填", "required"],
  today: ["今天", "Today"],
  households: ["农户", "Village"],
  forms: ["填表", "Fill in"],
  records: ["记录", "Records"],
  more: ["更多", "More"],

  // the lock
  sign_in_first: ["请先登录，再在这部手机上设置密码。需要网络。", "Sign in first; then set a PIN for this phone. This needs the network."],
  sign_in: ["登录", "Sign in"],
  no_permission: ["您的账号不能填写田间表单。", "Your account may not fill in field forms."],
  needs_network: ["第一次使用需要网络。连上后再试。", "The first time needs the network. Connect, then try again."],
  try_again: ["再试一次", "Try again"],
  pin_new: ["设置 6 位数字密码", "Set a PIN of 6 digits"],
  pin_why: ["密码保护手机里的资料。忘记密码，未上传的记录无法找回。", "The PIN protects what lies on this phone. Without it, records that are not uploaded are lost."],
  pin: ["6 位数字密码", "PIN of 6 digits"],
  pin_again: ["再输入一次", "Once more"],
  pin_set: ["设置密码", "Set the PIN"],
  pin_differ: ["两次输入的密码不一样。", "The two PINs differ."],
  pin_six: ["请输入 6 位数字。", "Please type 6 digits."],
  locked: ["已锁定", "Locked"],
  unlock: ["打开", "Unlock"],
  pin_wrong: ["密码不对。", "Wrong PIN."],
  pin_wait: ["密码不对。请等 {seconds} 秒再试。", "Wrong PIN. Wait {seconds} seconds before the next try."],
  pin_forgotten: ["忘记密码", "Forgotten the PIN"],
  wipe_title: ["清除这部手机里的资料？", "Wipe this phone's records?"],
  wipe_text: ["没有密码，资料打不开。清除后可以重新登录，设置新密码。{n} 条未上传的记录将永远丢失。", "Nothing here can be opened without the PIN. After wiping you can sign in and set a new one. What is not uploaded ({n}) will be lost for good."],
  wipe_confirm: ["我知道未上传的记录会丢失", "I know that what is not uploaded will be lost"],
  wipe: ["清除", "Wipe"],
  owner: ["这部手机里的资料属于 {name}。", "What lies on this phone belongs to {name}."],
  wrong_person: ["登录的是另一个人。请用 {name} 的账号登录后上传。", "Somebody else is signed in. Sign in as {name} to upload."],
  long_offline: ["已超过 72 小时没有联网，请重新输入密码，并尽快联网。", "More than 72 hours without the server: type your PIN again and connect soon."],

  // home, households, records
  tasks_title: ["需要处理", "To be looked after"],
  visits_none: ["今天没有安排的走访。", "No visits planned for today."],
  visits_title: ["今天的走访", "Today's visits"],
  pack_none: ["还没有下载资料。连上网络后会自动下载。", "Nothing downloaded yet; that happens once there is network."],
  refreshed: ["资料更新于 {time}", "Refreshed {time}"],
  households_title: ["本村农户", "Households of my villages"],
  household_search: ["按姓名或编号查找", "Find by name or code"],
  household_new: ["新登记，待上传", "New, not uploaded yet"],
  households_none: ["没有找到农户。", "No household found."],
  household_group: ["{village} {group}", "{village}, {group}"],
  forms_title: ["选择要填的表", "Choose a form"],
  forms_for: ["为 {name} 填表", "Fill in for {name}"],
  forms_need_household: ["其他表格请先在“农户”里选择农户。", "For other forms choose the household first, under Village."],
  forms_none: ["还没有表格。请连上网络。", "No forms yet. Please connect."],
  records_title: ["我的记录", "My records"],
  drafts: ["草稿", "Drafts"],
  queue: ["待上传", "To upload"],
  sent: ["已上传", "Uploaded"],
  none_here: ["没有记录。", "Nothing here."],
  changed: ["{time} 修改", "changed {time}"],
  finished: ["{time} 完成", "finished {time}"],
  state_received: ["已收到", "Received"],
  state_officer: ["已交信贷员处理", "With the officer"],
  state_waiting: ["等待上传", "Waiting for upload"],
  state_sending: ["正在上传", "Uploading"],
  state_returned: ["退回，请改正", "Returned: please correct"],
  upload_now: ["立即上传", "Upload now"],
  discard: ["删除草稿", "Delete the draft"],
  discard_title: ["删除这份草稿？", "Delete this draft?"],
  discard_text: ["草稿和照片将从手机删除。", "The draft and its photos will be removed from this phone."],
  form_version_gone: ["这份草稿用的表格版本不在手机里。请联网后再打开。", "This draft's form version is not on the phone. Connect, then open it again."],

  // why a record stays here
  trouble_photo: ["有一张照片没有被接收：{why}", "A photo was not accepted: {why}"],
  trouble_unconfirmed: ["机构还没有收全，会自动再传。", "The lender does not have all of it yet; it will be sent again."],
  trouble_forbidden: ["您的账号现在不能上传，请联系信贷员。", "Your account may not upload now; please call your officer."],
  trouble_large: ["有一张照片太大，没有被接收。", "A photo is too large and was not accepted."],
  trouble_busy: ["服务器正忙，稍后会再传。", "The server is busy; it will be sent again later."],
  trouble_server: ["服务器没有接收：{why}", "The server did not accept it: {why}"],
  trouble_other: ["没有传成：{why}", "It was not sent: {why}"],

  // a village partner's own pages
  comma: ["、", ", "],
  due_on: ["{day} 到期", "due {day}"],
  visit_late: ["已过期", "Late"],
  reminders_title: ["请提醒", "Please remind"],
  reminders_none: ["没有要提醒的农户。", "Nobody to remind."],
  reminder_upcoming: ["即将到期", "Due soon"],
  reminder_overdue: ["已逾期", "Past due"],
  leads_title: ["我推荐的农户", "Whom I brought"],
  leads_none: ["还没有推荐农户。", "You have not brought anybody yet."],
  word_received: ["已收到", "Received"],
  word_need_paper: ["需要补材料", "Need a paper"],
  word_visited: ["已走访", "Visited"],
  word_approved: ["已批准", "Approved"],
  word_refused: ["未通过", "Refused"],
  papers_needed: ["还需要：{papers}", "Still needed: {papers}"],
  paper_id_card: ["身份证", "identity card"],
  paper_hukou: ["户口簿", "household register"],
  paper_land_cert: ["土地证", "land certificate"],
  paper_lease: ["租地合同", "lease contract"],
  paper_bank_flow: ["银行流水", "bank statement"],
  paper_shop: ["营业执照", "shop licence"],
  paper_insurance: ["保单", "insurance policy"],
  paper_quarantine: ["检疫证明", "quarantine certificate"],
  paper_photo: ["现场照片", "photograph of the site"],
  contact_kind: ["怎么联系的", "How you got in touch"],
  contact_outcome: ["结果", "What came of it"],
  kind_visit: ["上门", "Visit"],
  kind_call: ["电话", "Telephone call"],
  kind_message: ["消息", "Message"],
  outcome_reached: ["已联系到", "Reached"],
  outcome_not_reached: ["没有联系到", "Not reached"],
  outcome_will_pay: ["答应还款", "Says that he will pay"],
  outcome_in_difficulty: ["有困难", "Says that it is difficult"],
  outcome_away: ["外出", "Away from the village"],
  contact_both: ["请选择方式和结果。", "Please choose how, and what came of it."],
  contact_save: ["保存", "Save"],
  contact_kept: ["已记下", "Noted"],
  errands_waiting: ["{n} 条等待发送", "{n} wait to be sent"],
  errand_refused: ["没有被接收：{why}", "Not accepted: {why}"],
  commission_title: ["我的佣金", "My commission"],
  commission_open: ["按月查看", "Month by month"],
  commission_balance: ["目前余额 {amount}", "Balance now: {amount}"],
  commission_none: ["还没有月结单。", "No statements yet."],
  commission_unpaid: ["尚未支付", "Not paid yet"],
  commission_paid: ["已付 {amount} {day}", "Paid {amount} {day}"],
  commission_rule: ["按月汇总，不显示单笔贷款。扣回的部分从以后的佣金中抵减。", "Sums of a month, no single loan. What is taken back is set off against later earnings."],
  sum_opening: ["上月结转", "Carried over"],
  sum_earned: ["本月应得", "Earned"],
  sum_clawed_back: ["扣回", "Taken back"],
  sum_payable: ["应付", "Payable"],
  sum_carried: ["结转下月", "Carried on"],
  partner_SUSPENDED: ["您的推荐资格已暂停", "You are suspended"],
  partner_APPEALING: ["申诉正在处理", "Your appeal is being looked at"],
  partner_ENDED: ["合作已终止", "Your work with us has ended"],
  partner_SUSPENDED_hint: ["暂停期间不能提交表格，可以完成提醒。您可以申诉，由另一个人决定。", "You can't submit forms meanwhile, but can finish reminders. You may appeal; somebody else decides."],
  partner_APPEALING_hint: ["由没有参与暂停决定的人处理。", "Somebody who did not decide the suspension looks at it."],
  partner_ENDED_hint: ["已有的佣金仍会结算。", "What you have earned will still be settled."],
  suspended_why: ["{day} 起，原因：{reason}", "Since {day}, because: {reason}"],
  appeal_why: ["申诉理由", "What speaks against it"],
  appeal_send: ["提交申诉", "Appeal"],

  queue_idle: ["没有等待上传的记录", "Nothing waits for upload"],
  queue_sending: ["正在上传，还有 {left} 条", "Uploading, {left} left"],
  queue_unreachable: ["没有网络，{time} 再试", "No network; next try {time}"],
  queue_failed: ["上传没有成功，{time} 再试", "The upload did not succeed; next try {time}"],
  queue_signed_out: ["请登录后上传", "Sign in to upload"],
  queue_sent: ["一条记录已上传", "One record is uploaded"],
  queue_returned: ["一条记录被退回，在草稿里改正", "One record was returned; correct it among the drafts"],

  // a form
  page_of: ["第 {n} 页，共 {total} 页", "Page {n} of {total}"],
  contents: ["目录", "Contents"],
  saved: ["已保存 {time}", "Saved {time}"],
  saving: ["正在保存…", "Saving…"],
  not_saved: ["手机存储空间已满。这一步没有保存，之前的内容还在。请删除不用的文件，再改一次。", "The phone is full. This change is not saved; what was saved before is safe. Free some room, then change it again."],
  photo_full: ["手机存储空间已满，照片没有保存。草稿还在。", "The phone is full: the photo is not saved. The draft is safe."],
  little_room: ["手机存储空间不多了。请尽快上传。", "Little room is left on this phone. Please upload soon."],
  check_title: ["检查并完成", "Check and finish"],
  finish: ["完成，等待上传", "Finish and queue"],
  finish_done: ["已完成，等待上传", "Finished; it waits for upload"],
  all_good: ["全部填好了。完成后不能再修改。", "All is filled in. Once finished it can't be changed."],
  errors_found: ["还有 {n} 处需要改正", "{n} places need correcting"],
  error_goto: ["去改正：{label}", "Go to: {label}"],
  server_expects: ["请改为：{expected}", "Expected: {expected}"],
  row_n: ["第 {n} 项", "No. {n}"],
  add_row: ["添加一项", "Add one"],
  remove_row: ["删除第 {n} 项", "Remove no. {n}"],
  remove_title: ["删除这一项？", "Remove this one?"],
  county: ["县", "County"],
  township: ["乡镇", "Township"],
  village: ["村", "Village"],
  group: ["组", "Group"],
  gps_take: ["定位", "Take the position"],
  gps_again: ["重新定位", "Take it again"],
  gps_searching: ["正在定位…", "Looking for the position…"],
  gps_found: ["{lat}, {lon}（误差 {accuracy} 米）", "{lat}, {lon} (±{accuracy} m)"],
  gps_none: ["没有得到位置。请打开手机定位。", "No position came. Please switch location on."],
  photo_take: ["拍照", "Take a photo"],
  photo_of: ["照片 {n}", "Photo {n}"],
  photo_remove: ["删除照片 {n}", "Remove photo {n}"],
  photo_count: ["{n} 张", "{n} photos"],
  photo_working: ["正在处理照片…", "Preparing the photo…"],
  photo_bad: ["这个文件不是照片，请重新拍。", "This file is not a picture. Please take another."],
  photo_empty: ["照片是空的，没有拍成，请重新拍。", "The photo is empty. Please take it again."],
  photo_large: ["照片太大，没有保存。请降低相机像素后重新拍。", "The photo is too large and was not kept. Please lower the camera's resolution and take it again."],
  photo_kept: ["照片已保存", "The photo is kept"],
  sign_here: ["请在框内签名", "Please sign inside the frame"],
  sign_done: ["签好了", "Done"],
  sign_clear: ["重签", "Sign again"],
  signed: ["已签名 {time}", "Signed {time}"],
  sign_typed: ["不能手写时，可请本人按手印后拍照", "Who can't write may leave a thumbprint and have it photographed"],
  sign_photo: ["拍手印", "Photograph the thumbprint"],

  // more
  more_title: ["设置与帮助", "Settings and help"],
  about_room: ["手机存储：已用 {used}，剩余 {left}", "Storage: {used} used, {left} left"],
  kept_for_good: ["浏览器不会自动清除", "The browser will not clear it by itself"],
  kept_maybe: ["浏览器可能清除。请把本应用添加到主屏幕。", "The browser may clear it. Add this app to the home screen."],
  lock_now: ["立即锁定", "Lock now"],
  refresh_now: ["更新资料", "Refresh"],
  refresh_done: ["资料已更新", "Refreshed"],
  refresh_failed: ["没有网络，资料没有更新。", "No network; nothing was refreshed."],
  sign_out: ["退出登录", "Sign out"],
  sign_out_title: ["还有 {n} 条未上传", "{n} not uploaded"],
  sign_out_text: ["退出后记录仍加密保存在这部手机里，但要重新登录才能上传。", "They stay on this phone, encrypted, but can be uploaded only after signing in again."],
  sign_out_anyway: ["仍然退出", "Sign out all the same"],
  backup_title: ["备份", "Backup"],
  backup_why: ["把未上传的记录存成一个加密文件，手机丢失也能找回。", "Saves what is not uploaded as one encrypted file, in case the phone gets lost."],
  backup_password: ["备份密码（至少 10 个字符）", "Backup password (at least 10 characters)"],
  backup_short: ["备份密码至少 10 个字符。", "The backup password needs at least 10 characters."],
  backup_make: ["导出备份文件", "Export a backup file"],
  backup_made: ["已导出 {n} 条记录", "{n} records exported"],
  backup_file: ["备份文件", "Backup file"],
  backup_read: ["导入备份文件", "Import the backup file"],
  backup_done: ["已导入 {n} 条记录，{same} 条手机里已有", "{n} records imported; {same} were here already"],
  backup_wrong: ["密码不对，或文件已损坏。没有导入任何内容。", "Wrong password or damaged file. Nothing was imported."],
  update_ready: ["新版本已准备好。草稿会保留。", "A new version is ready. Drafts are kept."],
  update_now: ["更新", "Update"],
  broken: ["出现意外问题：{what}。草稿已保存，请重新打开。", "Something unexpected happened: {what}. Your drafts are kept; please open the app again."],

  // what is wrong with an answer, or worth a second look: the rules of validation.js
  rule_required: ["这里必须填写。", "Please fill this in."],
  rule_length: ["请填 {limit} 个字。", "Please write {limit} characters."],
  rule_pattern: ["格式不对。", "This does not have the right form."],
  rule_min: ["不能小于 {limit}{unit}。", "Not less than {limit}{unit}."],
  rule_max: ["不能大于 {limit}{unit}。", "Not more than {limit}{unit}."],
  rule_places: ["最多 {limit} 位小数。", "At most {limit} digits after the point."],
  rule_choice: ["请从列表中选择。", "Please choose from the list."],
  rule_count: ["数量应为 {limit}。", "There should be {limit} of them."],
  rule_twice: ["有重复的照片。", "The same photo is here twice."],
  rule_constraint: ["与其他内容不符，请核对。", "This does not fit the rest; please check."],
  rule_warn: ["请核对。", "Please check this."],
  rule_accuracy: ["误差大于 {limit} 米，请到开阔处重新定位。", "Less precise than {limit} m: go into the open and take it again."],
  rule_mock: ["这个位置是模拟或手工设定的，会被标记。", "This position is simulated or set by hand; it will be flagged."],
  rule_no_place: ["照片没有位置。请打开手机定位。", "A photo has no position. Please switch location on."],
  rule_old: ["照片应在 {limit} 小时内拍摄，请重新拍。", "Photos are taken within {limit} hours; please take a new one."],
  rule_far: ["拍照地点应在 {limit} 米以内，请到现场重新拍。", "Photos are taken within {limit} m of the place; please take them there."],
  rule_unknown: ["这一项不在表格里。", "The form does not ask this."],
  rule_role: ["您不能填写这一项。", "You may not fill this in."],
  rule_type: ["请核对这里。", "Please check this."],
  type_integer: ["请填整数。", "Please type a whole number."],
  type_decimal: ["请填数字，例如 12.5。", "Please type a number, such as 12.5."],
  type_date: ["请填日期。", "Please give a date."],
  type_phone: ["请填 11 位手机号。", "Please type a mobile number of 11 digits."],
  type_id_number: ["身份证号码不对，请核对 18 位。", "This ID number is not valid; please check its 18 characters."],
  type_geopoint: ["请重新定位。", "Please take the position again."],

  unit_mu: ["亩", "mu"],
  unit_yuan: ["元", "yuan"],
  unit_years: ["年", "years"],
  unit_persons: ["人", "people"],
  unit_months: ["个月", "months"],
  unit_days: ["天", "days"],
  unit_head: ["头（只）", "head"],
  unit_kg: ["公斤", "kg"],
};

let index = 0;

export const languages = ["zh", "en"];
export const language = () => languages[index];

export function speak(code) {
  index = code?.startsWith("en") ? 1 : 0;
  document.documentElement.lang = index ? "en" : "zh-Hans";
  document.title = `${w("title")} · Granary`;
}

/** Return the words for a key in the language that is spoken. */
export function w(key, values = {}) {
  return WORDS[key][index].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Return a definition's own words: {zh, en}, or a plain text. */
export function own(words) {
  if (typeof words === "string") return words;
  return words?.[language()] ?? words?.zh ?? words?.en ?? "";
}

/** Return a unit that a definition names, in the language that is spoken. */
export function unitWords(unit) {
  return unit.split("/").map((part) => (WORDS[`unit_${part}`] ? w(`unit_${part}`) : part)).join("/");
}

/** Return what a finding of validation.js says; the definition's own words if it has some. */
export function ruleWords({ rule, limit, unit, type, words }) {
  if (words) return own(words);
  const key = rule === "type" && WORDS[`type_${type}`] ? `type_${type}` : `rule_${rule}`;
  return w(key, { limit, unit: unit ? ` ${unitWords(unit)}` : "" });
}

/** Return a moment as hours and minutes, with its date if that is not today. */
export function clock(moment) {
  const date = new Date(moment);
  const time = date.toTimeString().slice(0, 5);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? time : `${date.getMonth() + 1}-${String(date.getDate()).padStart(2, "0")} ${time}`;
}
