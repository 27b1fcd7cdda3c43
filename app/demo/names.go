package demo

// Whom a household knows, where it goes, and what it is up to.

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
var personNotes = []string{
	"Met at the school fair. Likes hiking and bad puns.", "Allergic to nuts.", "Two children, a dog and no car.", "Prefers a letter to a call.",
	"Vegetarian; brings the best salads.", "Knows everything about bicycles.", "Moves house in the summer.",
}

var places = []struct{ name, category string }{
	{"Corner Bakery", "shop"}, {"City Library", "leisure"}, {"Riverside Clinic", "health"}, {"Swimming hall", "leisure"},
	{"St Anne's School", "school"}, {"Central Station", "travel"}, {"Botanical garden", "leisure"}, {"Town hall", "office"},
	{"Post office", "office"}, {"Garden centre", "shop"}, {"Café Lumière", "food"}, {"Kino Passage", "leisure"}, {"Old harbour", "travel"},
	{"Market square", "shop"}, {"Football ground", "leisure"}, {"Music school", "school"}, {"Vet on Mill Lane", "health"}, {"Hardware shop", "shop"},
	{"Community hall", "leisure"}, {"Grandma's house", "family"}, {"Dr Haddad, dentist", "health"}, {"Bicycle workshop", "shop"},
	{"Trattoria da Chiara", "food"}, {"居酒屋 さくら", "food"}, {"Kleingarten 17", "family"}, {"Northlight Studio", "work"}, {"Recycling yard", "office"},
	{"Airport", "travel"}, {"Pharmacy at the lime trees", "health"}, {"Bouldering hall", "leisure"}, {"Second-hand books", "shop"},
	{"Tea house in the park", "food"}, {"Kindergarten", "school"}, {"Ferry landing", "travel"}, {"Print shop", "shop"}, {"Farm shop", "shop"},
	{"Stadttheater", "leisure"}, {"Summer house", "family"}, {"Driving school", "school"}, {"Tax office", "office"},
}
var placeNotes = []string{"Closed on Mondays.", "Park behind the house.", "Cash only.", "Ask for the key next door.", "Bus 4 stops in front of it."}
var streets = []string{"Mill Lane", "Harbour Street", "Lindenallee", "Rue des Lilas", "High Street", "Rua do Carmo", "Station Road"}
var cities = []string{"Oxford", "Bremen", "Lyon", "Porto", "Gdańsk", "Uppsala", "Kyoto"}

var plans = []struct {
	name  string
	tasks []string
}{
	{"New kitchen", []string{"Measure the walls", "Choose the worktop", "Find an electrician", "Order the oven", "Give the old cupboards away", "Tile behind the sink"}},
	{"Summer holiday in Portugal", []string{"Compare flights", "Ask for leave", "Find a house near Lagos", "Book the cat's holiday", "Learn to order dinner", "Buy sun cream"}},
	{"Grandpa's 80th birthday", []string{"Reserve the hall", "Collect old photographs", "Practise the song", "Order the cake", "Book rooms for the cousins"}},
	{"Vegetable garden", []string{"Draw the beds", "Build a cold frame", "Order seeds", "Fetch manure from the farm", "Put up the water butt", "Net the cabbages"}},
	{"Family photo archive", []string{"Scan the blue album", "Name the people in 1962", "Find the negatives", "Copy everything twice", "Print a book"}},
	{"Move the office upstairs", []string{"Lay a network cable", "Paint the room", "Sell the old desk", "Move the shelves", "Get a brighter lamp"}},
	{"Learn Spanish", []string{"Find a course", "Finish chapter three", "Read a children's book", "Write to Lucía in Spanish", "Watch a film without subtitles"}},
	{"Winter insulation", []string{"Look for draughts", "Ask about the subsidy", "Insulate the attic hatch", "Bleed the radiators", "Change the seals"}},
	{"Bicycle repairs", []string{"New brake pads", "True the back wheel", "Replace the dynamo", "Touch up the paint"}},
	{"School fair stall", []string{"Ask for a stall", "Bake the waffles", "Borrow two tables", "Paint the sign", "Sort the raffle prizes", "Find change"}},
	{"Cellar shelves", []string{"Throw things away", "Buy the boards", "Drill the brackets", "Label the boxes"}},
	{"Neighbourhood party", []string{"Fix the date with everyone", "Ask to close the street", "Borrow benches", "Put up lights", "Plan for rain", "Write the invitation"}},
}
var commonTasks = []string{
	"Collect ideas", "Ask for three offers", "Set the budget", "Order materials", "Book a date", "Write the list", "Borrow tools",
	"Check what is allowed", "Compare prices", "Make a sketch", "Call the supplier", "Clear the space", "Agree who does what", "Do the first half",
	"Do the second half", "Clean up", "Take photographs", "Say thank you",
}
