// tsdav, told no more than the server's bare address, against a real server.
// UMBRA_URL, UMBRA_USER, UMBRA_APP_PASSWORD and UMBRA_COOKIE say where and as whom.
// It ends with how many checks held.
import assert from 'node:assert/strict';
import { DAVClient, calendarMultiGet } from 'tsdav';

const { UMBRA_URL: url, UMBRA_USER: username, UMBRA_APP_PASSWORD: password, UMBRA_COOKIE: cookie } = process.env;
let held = 0;
const is = (got, want, what) => {
  assert.deepEqual(got, want, what);
  held++;
};
const api = async (method, path, body) => {
  const answer = await fetch(url + path, { method, headers: { cookie, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
};
const named = async (path, key, value) => (await api('GET', path)).filter((r) => r[key] === value);
const events = (title) => named('/api/events?start=2030-07-01T00:00:00Z&end=2032-06-30T00:00:00Z&limit=500', 'title', title);
const ok = (answer, what) => is(answer.ok, true, `${what}: ${answer.status}`);
// The client takes blanks off the ends of what it reads.
const lines = (...all) => all.join('\r\n') + '\r\n';
const calendarOf = (...all) => lines('BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y//EN', ...all, 'END:VCALENDAR');
const log = async (accountType) => {
  const client = new DAVClient({ serverUrl: url, credentials: { username, password }, authMethod: 'Basic', defaultAccountType: accountType });
  await client.login();
  return client;
};

const cal = await log('caldav');
const calendars = await cal.fetchCalendars();
is(Object.fromEntries(calendars.map((c) => [c.displayName, c.components])), { Personal: ['VEVENT'], 'To-dos': ['VTODO'], Reminders: ['VTODO'] });
const [personal, todos, reminders] = ['Personal', 'To-dos', 'Reminders'].map((n) => calendars.find((c) => c.displayName === n));
is(personal.reports.includes('syncCollection'), true, 'sync-collection is announced');

// A series with a changed occurrence and an alarm: made, changed by the API, read, changed, deleted.
const series = calendarOf(
  'BEGIN:VEVENT', 'UID:choir', 'DTSTAMP:20301201T080000Z', 'DTSTART;TZID=Europe/Berlin:20310106T190000', 'DTEND;TZID=Europe/Berlin:20310106T210000',
  'RRULE:FREQ=WEEKLY;COUNT=3', 'SUMMARY:Choir', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT15M', 'DESCRIPTION:Choir', 'END:VALARM', 'END:VEVENT',
  'BEGIN:VEVENT', 'UID:choir', 'RECURRENCE-ID;TZID=Europe/Berlin:20310113T190000', 'DTSTAMP:20301201T080000Z',
  'DTSTART;TZID=Europe/Berlin:20310114T180000', 'DTEND;TZID=Europe/Berlin:20310114T200000', 'SUMMARY:Choir at the church', 'END:VEVENT',
);
ok(await cal.createCalendarObject({ calendar: personal, filename: 'choir.ics', iCalString: series }), 'a series is made');
is((await events('Choir')).map((o) => o.start), ['2031-01-06T19:00:00+01:00', '2031-01-20T19:00:00+01:00']);
const [church] = await events('Choir at the church');
is([church.start, (await events('Choir'))[0].reminders, church.reminders], ['2031-01-14T18:00:00+01:00', ['-PT15M'], []]);
let [object] = await cal.fetchCalendarObjects({ calendar: personal });
is(object.data, series.trim(), 'it comes back as it was sent');
await api('PATCH', `/api/events/${church.id}?scope=this&occurrence=2031-01-20T19:00:00`, { title: 'Choir, with cake' });
[object] = await cal.fetchCalendarObjects({ calendar: personal });
is(/SUMMARY:Choir\\, with cake/.test(object.data), true, object.data);
const expanded = await cal.fetchCalendarObjects({ calendar: personal, expand: true, timeRange: { start: '2031-01-13T00:00:00.000Z', end: '2031-01-15T00:00:00.000Z' } });
is(expanded.map((o) => /DTSTART:(\S+)/.exec(o.data)[1]), ['20310114T170000Z']);
ok(await cal.updateCalendarObject({ calendarObject: { ...object, data: object.data.replace('SUMMARY:Choir at the church', 'SUMMARY:Choir in the garden') } }), 'it is changed');
is((await events('Choir in the garden')).length, 1);
is((await cal.updateCalendarObject({ calendarObject: object })).status, 412, 'what has changed meanwhile is not changed');
[object] = await cal.fetchCalendarObjects({ calendar: personal });
ok(await cal.deleteCalendarObject({ calendarObject: object }), 'it is deleted');
is(await cal.fetchCalendarObjects({ calendar: personal }), []);

// A to-do whose part arrives first; a reminder.
ok(await cal.createCalendarObject({ calendar: todos, filename: 'part.ics', iCalString: calendarOf('BEGIN:VTODO', 'UID:part', 'DTSTAMP:20301201T080000Z', 'SUMMARY:Pack', 'RELATED-TO:whole', 'END:VTODO') }), 'a part');
ok(await cal.createCalendarObject({ calendar: todos, filename: 'whole.ics', iCalString: calendarOf('BEGIN:VTODO', 'UID:whole', 'DTSTAMP:20301201T080000Z', 'SUMMARY:Move', 'CATEGORIES:home', 'END:VTODO') }), 'its whole');
const [whole] = await named('/api/todos', 'title', 'Move');
is([(await named('/api/todos', 'title', 'Pack'))[0].parent_id, whole.tags], [whole.id, ['home']]);
await api('PATCH', `/api/todos/${whole.id}`, { completed: true });
const tasks = await cal.fetchCalendarObjects({ calendar: todos, filters: [{ 'comp-filter': { _attributes: { name: 'VCALENDAR' }, 'comp-filter': { _attributes: { name: 'VTODO' } } } }] });
is(tasks.filter((t) => t.data.includes('STATUS:COMPLETED')).map((t) => t.url.split('/').pop()), ['whole.ics']);
ok(await cal.createCalendarObject({ calendar: reminders, filename: 'pills.ics', iCalString: calendarOf('BEGIN:VTODO', 'UID:pills', 'DTSTAMP:20301201T080000Z', 'SUMMARY:Pills', 'DUE:20310109T070000Z',
  'BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:PT0S', 'DESCRIPTION:Pills', 'END:VALARM', 'END:VTODO') }), 'a reminder');
is((await named('/api/reminders', 'title', 'Pills')).map((r) => Date.parse(r.remind_at)), [Date.UTC(2031, 0, 9, 7)]);

// A calendar is made, and what changed is told by the sync token.
await cal.makeCalendar({ url: new URL('band/', calendars[0].url.replace(/[^/]+\/$/, '')).href, props: { displayname: 'Band' } });
is((await named('/api/calendars', 'name', 'Band')).length, 1);
const before = await cal.smartCollectionSync({ collection: { ...todos, objects: tasks, objectMultiGet: calendarMultiGet }, method: 'webdav' });
await api('PATCH', `/api/todos/${whole.id}`, { title: 'Move to the coast' });
await api('POST', '/api/todos', { title: 'New' });
const changed = await cal.smartCollectionSync({ collection: before, method: 'webdav', detailedResult: true });
is([changed.objects.created.length, changed.objects.updated.length, changed.objects.deleted.length], [1, 1, 0]);

// People, with a photo and groups.
const card = await log('carddav');
const [book] = await card.fetchAddressBooks();
is(book.displayName, 'People');
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const ann = lines('BEGIN:VCARD', 'VERSION:3.0', 'UID:ann', 'FN:Ann Archer', 'N:Archer;Ann;;;', 'CATEGORIES:Choir,Family', `PHOTO;ENCODING=b;TYPE=PNG:${pixel}`, 'END:VCARD');
ok(await card.createVCard({ addressBook: book, filename: 'ann.vcf', vCardString: ann }), 'a person');
const [person] = await named('/api/people', 'display_name', 'Ann Archer');
is([person.groups, typeof person.photo], [['Choir', 'Family'], 'string']);
let [vcard] = await card.fetchVCards({ addressBook: book });
is(vcard.data, ann.trim(), 'the card comes back as it was sent');
await api('PATCH', `/api/people/${person.id}`, { groups: ['Neighbours'] });
[vcard] = await card.fetchVCards({ addressBook: book });
is(vcard.data, ann.trim().replace('CATEGORIES:Choir,Family', 'CATEGORIES:Neighbours'), 'one line has changed');
ok(await card.updateVCard({ vCard: { ...vcard, data: vcard.data.replace('CATEGORIES:Neighbours', 'CATEGORIES:Band') } }), 'she is changed');
is((await api('GET', `/api/people/${person.id}`)).groups, ['Band']);
[vcard] = await card.fetchVCards({ addressBook: book });
ok(await card.deleteVCard({ vCard: vcard }), 'she is deleted');
is(await named('/api/people', 'display_name', 'Ann Archer'), []);

// A group that is a card of its own, as DAVx5 and phones keep one.
const bea = await api('POST', '/api/people', { given_name: 'Bea' });
const band = lines('BEGIN:VCARD', 'VERSION:4.0', 'UID:band', 'KIND:group', 'FN:Band', `MEMBER:urn:uuid:${bea.uid}`, 'END:VCARD');
ok(await card.createVCard({ addressBook: book, filename: 'band.vcf', vCardString: band }), 'a group');
is((await api('GET', `/api/people/${bea.id}`)).groups, ['Band']);
await api('PATCH', `/api/people/${bea.id}`, { groups: [] });
let group = (await card.fetchVCards({ addressBook: book })).find((v) => v.url.endsWith('/band.vcf'));
is(group.data, band.trim().replace(`MEMBER:urn:uuid:${bea.uid}\r\n`, ''), 'she is in it no more');
ok(await card.updateVCard({ vCard: { ...group, data: band } }), 'the group is changed');
is((await api('GET', `/api/people/${bea.id}`)).groups, ['Band']);
group = (await card.fetchVCards({ addressBook: book })).find((v) => v.url.endsWith('/band.vcf'));
ok(await card.deleteVCard({ vCard: group }), 'the group is deleted');
is((await api('GET', `/api/people/${bea.id}`)).groups, []);

console.log(held);
