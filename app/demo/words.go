package demo

// What a household writes down. Several languages and scripts, as in real ones;
// {name} stands for someone known.

type chore struct {
	title, category string
	rule            string // of the first one with this title
	parts           []string
}

var chores = []chore{
	{"Water the plants", "home", "FREQ=WEEKLY", nil},
	{"Call the dentist", "health", "", nil},
	{"Renew the passport", "errands", "", []string{"New photographs", "Fill in the form", "Book an appointment at the town hall"}},
	{"Book train tickets", "travel", "", nil},
	{"Fix the dripping tap", "home", "", []string{"Buy a washer", "Turn off the water"}},
	{"Descale the kettle", "home", "FREQ=MONTHLY", nil},
	{"Pay the electricity bill", "money", "FREQ=MONTHLY;BYMONTHDAY=15", nil},
	{"Return library books", "errands", "FREQ=WEEKLY;INTERVAL=3", nil},
	{"Ring {name} back", "family", "", nil},
	{"Order printer paper", "work", "", nil},
	{"Buy a present for {name}", "family", "", nil},
	{"Sharpen the kitchen knives", "home", "", nil},
	{"Test the smoke alarms", "home", "FREQ=MONTHLY;INTERVAL=6", nil},
	{"Defrost the freezer", "home", "", nil},
	{"Post the parcel to {name}", "errands", "", nil},
	{"Clean the gutters", "garden", "", nil},
	{"Steuererklärung abgeben", "money", "", []string{"Belege sortieren", "Fahrtkosten ausrechnen", "Spendenquittungen suchen"}},
	{"Fahrrad zur Inspektion bringen", "errands", "", nil},
	{"Rendre les clés à {name}", "family", "", nil},
	{"Прочитать договор", "work", "", nil},
	{"牛乳を買う", "errands", "FREQ=DAILY;INTERVAL=3", nil},
	{"Back up the photos", "home", "FREQ=MONTHLY;BYMONTHDAY=1", nil},
	{"Cancel the old phone contract", "money", "", nil},
	{"Take the car to its service", "errands", "", nil},
	{"Wash the winter coats", "home", "", nil},
	{"Plan the garden beds", "garden", "", []string{"Order seeds", "Turn the compost", "Ask {name} for strawberry runners"}},
	{"Write to the school about the trip", "family", "", nil},
	{"Collect the prescription", "health", "", nil},
	{"Measure the hall for shelves", "home", "", nil},
	{"Oil the squeaking door", "home", "", nil},
	{"Take the bottles back", "errands", "FREQ=WEEKLY;BYDAY=SA", nil},
	{"Check the tyre pressure", "errands", "", nil},
	{"Order heating oil", "money", "", nil},
	{"Prune the roses", "garden", "", nil},
	{"Thank {name} for the cake", "family", "", nil},
	{"Bake bread", "home", "FREQ=WEEKLY;BYDAY=FR", nil},
	{"Invite {name} to dinner", "family", "", nil},
	{"Empty the compost", "garden", "", nil},
	{"Mend the blue jacket", "home", "", nil},
	{"Vaccination for the cat", "health", "", nil},
	{"Find a piano teacher", "family", "", []string{"Ask at the music school", "Ask {name}"}},
	{"Lend the drill to {name}", "home", "", nil},
	{"Zapłacić za obóz", "family", "", nil},
	{"Comprar pilhas", "errands", "", nil},
	{"Ändra lösenordet till routern", "home", "", nil},
	{"Send the quarterly figures", "work", "FREQ=MONTHLY;INTERVAL=3", nil},
	{"Review the draft from {name}", "work", "", nil},
	{"Prepare Monday's slides", "work", "", nil},
	{"Claim the travel expenses", "work", "", []string{"Scan the receipts", "Fill in the mileage"}},
	{"Replace the bicycle chain", "home", "", nil},
	{"Turn the mattresses", "home", "FREQ=MONTHLY;INTERVAL=3", nil},
	{"Read the meter", "money", "", nil},
	{"Choose a summer camp", "family", "", nil},
	{"Sew on the name labels", "family", "", nil},
	{"Repot the basil", "garden", "", nil},
	{"Book a table for eight", "errands", "", nil},
	{"Compare car insurance", "money", "", nil},
	{"Clean the coffee machine", "home", "FREQ=WEEKLY;INTERVAL=2", nil},
	{"Ask {name} about the allotment", "garden", "", nil},
	{"Make an eye test appointment", "health", "", nil},
	{"Look for the lost library card", "errands", "", nil},
	{"Print the holiday photos", "family", "", nil},
	{"Donate the outgrown clothes", "errands", "", nil},
}

var tags = []string{"phone", "online", "outdoors", "kids", "urgent", "five-minutes", "rainy-day", "shopping"}

// The calendars, in their order.
const (
	personal = iota
	family
	work
	school
)

// A happening without minutes is all-day, on one day where days is not set.
type happening struct {
	title                 string
	calendar              int
	hour, minute, minutes int
	rule, zone            string
	days                  int
}

var habits = []happening{
	{title: "Choir rehearsal", calendar: personal, hour: 19, minute: 30, minutes: 90, rule: "FREQ=WEEKLY"},
	{title: "Swimming", calendar: personal, hour: 7, minutes: 45, rule: "FREQ=WEEKLY"},
	{title: "Team meeting", calendar: work, hour: 9, minute: 30, minutes: 45, rule: "FREQ=WEEKLY"},
	{title: "Football training", calendar: family, hour: 17, minutes: 75, rule: "FREQ=WEEKLY"},
	{title: "Piano lesson", calendar: family, hour: 16, minute: 15, minutes: 45, rule: "FREQ=WEEKLY"},
	{title: "Yoga", calendar: personal, hour: 18, minutes: 60, rule: "FREQ=WEEKLY"},
	{title: "Book club", calendar: personal, hour: 20, minutes: 120, rule: "FREQ=MONTHLY"},
	{title: "Board games at {name}'s", calendar: family, hour: 19, minutes: 180, rule: "FREQ=WEEKLY;INTERVAL=2"},
	{title: "Language exchange with {name}", calendar: personal, hour: 18, minute: 30, minutes: 60, rule: "FREQ=WEEKLY;INTERVAL=2"},
	{title: "Video call with Lima", calendar: work, hour: 10, minutes: 60, rule: "FREQ=WEEKLY;INTERVAL=2", zone: "America/Lima"},
	{title: "Budget talk", calendar: family, hour: 20, minutes: 45, rule: "FREQ=MONTHLY"},
	{title: "Lunch with {name}", calendar: work, hour: 12, minute: 15, minutes: 60, rule: "FREQ=MONTHLY"},
	{title: "Physiotherapy", calendar: personal, hour: 8, minutes: 30, rule: "FREQ=WEEKLY;COUNT=10"},
	{title: "Pottery class", calendar: personal, hour: 18, minutes: 120, rule: "FREQ=WEEKLY;COUNT=8"},
	{title: "One-to-one with {name}", calendar: work, hour: 14, minutes: 30, rule: "FREQ=WEEKLY;INTERVAL=2"},
	{title: "Elternabend", calendar: school, hour: 19, minutes: 90, rule: "FREQ=MONTHLY;INTERVAL=4"},
	{title: "School council", calendar: school, hour: 18, minutes: 90, rule: "FREQ=MONTHLY;INTERVAL=2"},
	{title: "Homework club", calendar: school, hour: 14, minutes: 90, rule: "FREQ=WEEKLY"},
	{title: "Repair café", calendar: personal, hour: 14, minutes: 180, rule: "FREQ=MONTHLY"},
	{title: "Our wedding anniversary", calendar: family, rule: "FREQ=YEARLY"},
}

var outings = []happening{
	{title: "Dentist", calendar: personal, hour: 8, minute: 15, minutes: 30},
	{title: "Parents' evening", calendar: school, hour: 19, minutes: 90},
	{title: "Lunch with {name}", calendar: personal, hour: 12, minute: 30, minutes: 75},
	{title: "Cinema with {name}", calendar: personal, hour: 20, minute: 15, minutes: 135},
	{title: "Concert in the park", calendar: family, hour: 18, minutes: 150},
	{title: "Haircut", calendar: personal, hour: 10, minutes: 45},
	{title: "Vet", calendar: family, hour: 16, minute: 30, minutes: 30},
	{title: "Dinner at {name}'s", calendar: family, hour: 19, minutes: 180},
	{title: "Flea market", calendar: family, hour: 9, minutes: 180},
	{title: "花見", calendar: family, hour: 11, minutes: 180},
	{title: "Pique-nique avec {name}", calendar: family, hour: 12, minutes: 180},
	{title: "День рождения бабушки", calendar: family, hour: 15, minutes: 240},
	{title: "Walk in the woods", calendar: family, hour: 14, minutes: 120},
	{title: "Theatre", calendar: personal, hour: 19, minute: 30, minutes: 150},
	{title: "Optician", calendar: personal, hour: 9, minutes: 30},
	{title: "{name} stays with us", calendar: family, days: 3},
	{title: "Sports day", calendar: school, days: 1},
	{title: "Presentation for {name}", calendar: work, hour: 11, minutes: 60},
	{title: "Interview", calendar: work, hour: 15, minutes: 60},
	{title: "Workshop", calendar: work, hour: 9, minutes: 420},
	{title: "Conference", calendar: work, days: 2},
	{title: "Call with Tokyo", calendar: work, hour: 16, minutes: 45, zone: "Asia/Tokyo"},
	{title: "Coffee with {name}", calendar: personal, hour: 15, minutes: 60},
	{title: "Museum", calendar: family, hour: 13, minutes: 150},
	{title: "Chimney sweep", calendar: family, hour: 7, minute: 30, minutes: 60},
	{title: "Blood donation", calendar: personal, hour: 17, minutes: 60},
	{title: "Kindergeburtstag bei {name}", calendar: family, hour: 15, minutes: 180},
	{title: "School closed", calendar: school, days: 1},
	{title: "Class trip", calendar: school, days: 2},
	{title: "Kino z {name}", calendar: personal, hour: 19, minutes: 140},
	{title: "Run with {name}", calendar: personal, hour: 7, minutes: 50},
	{title: "Pick {name} up from the station", calendar: family, hour: 17, minute: 40, minutes: 30},
	{title: "Release", calendar: work, hour: 16, minutes: 60},
	{title: "Rehearsal for the school play", calendar: school, hour: 15, minutes: 90},
}

type alert struct {
	title        string
	hour, minute int
	rule         string // of the first one with this title
}

var alerts = []alert{
	{"Bins go out tonight", 18, 0, "FREQ=WEEKLY"},
	{"Take the vitamins", 8, 0, "FREQ=DAILY"},
	{"Move the car", 7, 30, ""},
	{"Water the neighbours' plants", 9, 0, ""},
	{"Ring the school before nine", 8, 15, ""},
	{"Charge the bicycle lights", 20, 0, "FREQ=WEEKLY"},
	{"Feed the cat", 7, 0, ""},
	{"Call {name}", 19, 0, ""},
	{"Log the meter reading", 10, 0, "FREQ=MONTHLY"},
	{"Transfer the rent", 9, 0, "FREQ=MONTHLY"},
	{"Congratulate {name}", 10, 0, ""},
	{"Take the washing out", 17, 30, ""},
	{"Ask {name} for the recipe", 18, 30, ""},
	{"Medikamente nachbestellen", 9, 30, "FREQ=MONTHLY"},
	{"Defrost the soup", 15, 0, ""},
}
