"""Every `flask …` command of the house."""

from app.commands.appointments import appointments_group
from app.commands.audit import audit_group
from app.commands.backups import backup, restore
from app.commands.cabinets import cabinet_group
from app.commands.doctor import doctor
from app.commands.forms import forms_group
from app.commands.halls import calendar_group, hall
from app.commands.keys import key_group
from app.commands.licences import licences_group
from app.commands.privacy import privacy_group
from app.commands.queue import queue_group
from app.commands.renewals import renewals_group
from app.commands.replay import replay
from app.commands.running import demo_group, schedule, worker
from app.commands.sealing import seal_group
from app.commands.speech import speech_group
from app.commands.staff import device_group, staff_group
from app.commands.told import sms_group, wechat_group

commands = (
    hall,
    calendar_group,
    forms_group,
    staff_group,
    device_group,
    key_group,
    cabinet_group,
    licences_group,
    renewals_group,
    queue_group,
    appointments_group,
    speech_group,
    sms_group,
    wechat_group,
    seal_group,
    privacy_group,
    audit_group,
    demo_group,
    backup,
    restore,
    replay,
    doctor,
    worker,
    schedule,
)
