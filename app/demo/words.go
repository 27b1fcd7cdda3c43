package demo

// What a household writes down. Several languages and scripts, as in real ones.

var todoTitles = []string{
	"Water the plants", "Call the dentist", "Renew the passport", "Book train tickets", "Fix the dripping tap", "Descale the kettle",
	"Pay the electricity bill", "Return library books", "Order printer paper", "Buy a birthday present", "Sharpen the kitchen knives",
	"Replace the smoke alarm battery", "Defrost the freezer", "Post the parcel", "Clean the gutters", "Steuererklärung abgeben",
	"Fahrrad zur Inspektion bringen", "Rendre les clés à Zoé", "Прочитать договор", "牛乳を買う", "Back up the photos", "Cancel the old phone contract",
	"Take the car to its service", "Wash the winter coats", "Plan the garden beds", "Write to the school", "Collect the prescription",
	"Measure the hall for shelves", "Oil the squeaking door", "Sort the recycling", "Check the tyre pressure", "Order heating oil",
	"Prune the roses", "Update the emergency contacts", "Bake bread", "Invite the neighbours", "Empty the compost", "Mend the blue jacket",
	"Vaccination for the cat", "Find a piano teacher",
}

var categories = []string{"home", "errands", "family", "garden", "money", "work", "health"}
var tags = []string{"weekly", "phone", "online", "outdoors", "kids", "urgent", "five-minutes", "rainy-day", "shopping"}

var eventTitles = []string{
	"Choir rehearsal", "Parents' evening", "Dentist", "Lunch with Noor", "Swimming", "Board games at Tom's", "Physiotherapy", "Team meeting",
	"Elternabend", "Yoga", "Concert in the park", "Cinema", "Haircut", "Football training", "Vet", "Book club", "Dinner with the Okafors",
	"Piano lesson", "Flea market", "Language exchange", "花見", "Pique-nique", "День рождения бабушки", "Budget talk", "Walk in the woods",
	"Repair café", "Pottery class", "Theatre", "Video call with Lima", "Optician",
}

var givenNames = []string{
	"Ada", "Bilal", "Chiara", "Dmitri", "Elif", "Fionn", "Grace", "Hana", "Igor", "Jörg", "Keiko", "Lucía", "Mateus", "Noor", "Oskar",
	"Priya", "Quentin", "Ruth", "Søren", "Tomás", "Uma", "Vera", "Wanjiru", "Ximena", "Yusuf", "Zoé", "Ольга", "健太", "Amara", "Björn",
}
var familyNames = []string{
	"Abbott", "Bergström", "Castro", "Dubois", "Eriksen", "Ferrari", "García", "Haddad", "Ito", "Jansen", "Kowalski", "Lindqvist",
	"Moreau", "Nguyen", "Okafor", "Petrov", "Quinn", "Rossi", "Schneider", "Tanaka", "Ueda", "Varga", "Weiß", "Yılmaz", "Żak",
}
var relationships = []string{"friend", "neighbour", "colleague", "cousin", "aunt", "teacher", "doctor", "classmate"}
var companies = []string{"Harbour Bakery", "Northlight Studio", "Stadtwerke", "St Anne's School", "Riverside Clinic", "Kato Instruments", ""}

var places = []string{
	"Corner Bakery", "City Library", "Riverside Clinic", "Swimming hall", "St Anne's School", "Central Station", "Botanical garden", "Town hall",
	"Post office", "Garden centre", "Café Lumière", "Kino Passage", "Old harbour", "Market square", "Football ground", "Music school",
	"Vet on Mill Lane", "Hardware shop", "Community hall", "Grandma's house",
}
var placeCategories = []string{"shop", "health", "school", "leisure", "travel", "family"}

var projectNames = []string{
	"New kitchen", "Summer holiday in Portugal", "Grandpa's 80th birthday", "Vegetable garden", "Family photo archive", "Move the office upstairs",
	"Learn Spanish", "Winter insulation", "Bicycle repairs", "School fair stall", "Cellar shelves", "Neighbourhood party",
}
var taskTitles = []string{
	"Collect ideas", "Measure everything", "Ask for three offers", "Set the budget", "Choose the colour", "Order materials", "Book a date",
	"Invite everyone", "Write the list", "Borrow tools", "Check the permits", "Compare prices", "Make a sketch", "Call the supplier",
	"Clear the space", "Do the first part", "Do the second part", "Clean up", "Take photographs", "Say thank you",
}

var reminderTitles = []string{
	"Bins go out tonight", "Take the vitamins", "Move the car", "Water the neighbours' plants", "Ring the school before nine", "Charge the bicycle lights",
	"Feed the cat", "Check the oven", "Log the meter reading", "Transfer the rent",
}

var streets = []string{"Mill Lane", "Harbour Street", "Lindenallee", "Rue des Lilas", "High Street", "Rua do Carmo", "Station Road"}
var cities = []string{"Oxford", "Bremen", "Lyon", "Porto", "Gdańsk", "Uppsala", "Kyoto"}
