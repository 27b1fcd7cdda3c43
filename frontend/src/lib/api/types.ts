import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type Todo = Schemas['Todo'];
export type TodoUpdate = Schemas['TodoUpdate'];
export type NewTodo = Schemas['NewTodo'];
export type CalendarEvent = Schemas['Event'];
export type EventUpdate = Schemas['EventUpdate'];
export type NewEvent = Schemas['NewEvent'];
export type Calendar = Schemas['Calendar'];
export type Template = Schemas['Template'];
export type Reminder = Schemas['Reminder'];
export type ReminderUpdate = Schemas['ReminderUpdate'];
export type NewReminder = Schemas['NewReminder'];
export type Project = Schemas['Project'];
export type ProjectUpdate = Schemas['ProjectUpdate'];
export type NewProject = Schemas['NewProject'];
export type Task = Schemas['ProjectTask'];
export type TaskUpdate = Schemas['ProjectTaskUpdate'];
export type NewTask = Schemas['NewTask'];
export type Person = Schemas['Person'];
export type PersonUpdate = Schemas['PersonUpdate'];
export type NewPerson = Schemas['NewPerson'];
export type Location = Schemas['Location'];
export type LocationUpdate = Schemas['LocationUpdate'];
export type NewLocation = Schemas['NewLocation'];
export type Settings = Schemas['AccountSettings'];
export type SettingsUpdate = Schemas['AccountSettingsUpdate'];
export type ImportResult = Schemas['MovingResult'];
export type ImportNote = Schemas['MovingNote'];
export type Backups = Schemas['Backups'];
export type Session = Schemas['AccountSession'];
export type AccessToken = Schemas['AccountToken'];
export type SyncReach = Schemas['SyncReach'];
export type FetchStatus = Schemas['WebcalStatus'];
export type Feed = Schemas['AccountFeed'];
export type Concern = Schemas['Concern'];
export type MassDeletion = Schemas['JournalMassDeletion'];
export type User = Schemas['AccountUser'];
export type Delivery = Schemas['AlarmDelivery'];
export type Dashboard = Schemas['AgendaDashboard'];
export type UpcomingItem = Schemas['AgendaItem'];
export type SearchHit = Schemas['SearchHit'];
export type HistorySet = Schemas['JournalSet'];
export type HistoryEntry = Schemas['JournalEntry'];
export type Share = Schemas['Share'];
export type Housemate = Schemas['CallerName'];
export type Trashed = Schemas['JournalTrashed'];

/** The kinds of record, as the journal, the search and the trash name them. */
export type Kind = 'todo' | 'event' | 'calendar' | 'event_template' | 'reminder' | 'project' | 'task' | 'person' | 'location' | 'settings' | 'share';

/** The query of a list, as its operation takes it. */
export type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;
export type SecondFactor = Schemas['AccountSecondFactor'];
export type Enrolment = Schemas['AccountEnrolment'];
export type Identity = Schemas['AccountIdentity'];
export type Listed = Schemas['AccountListed'];
export type Invitation = Schemas['AccountInvitation'];
export type Invited = Schemas['Invited'];
export type InvitationFor = Schemas['InvitationFor'];
export type AuditEvent = Schemas['AccountEvent'];
export type EventKind = AuditEvent['kind'];
export type Passkey = Schemas['AccountPasskey'];
export type PasskeysAt = Schemas['PasskeysAt'];
