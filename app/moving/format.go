package moving

import (
	"strings"
)

// Format is a form of file that can be imported.
type Format struct {
	Name string // as the API and the command line say it
	// Recognise says whether a file is of that form, by what is in it.
	Recognise func(f *File) bool
	// Read adds what is in it to a batch; Invalid where it cannot be read at all.
	Read func(f *File, b *Batch) error
}

// Formats are all, the narrow ones before those that take more.
func Formats() []Format {
	return []Format{umbra, vikunja, takeout, icsFile, vcfFile, zipped, todoistCSV, tickTick, microsoftCSV, todoistJSON, trello, microsoftJSON, monica, todoTxt, table}
}

// Names are what the formats are called.
func Names() (out []string) {
	for _, f := range Formats() {
		out = append(out, f.Name)
	}
	return out
}

func find(f *File, name string) (Format, error) {
	for _, x := range Formats() {
		if name == x.Name || name == "" && x.Recognise(f) {
			return x, nil
		}
	}
	if name != "" {
		return Format{}, invalid("There is no format of that name; there are " + strings.Join(Names(), ", ") + ".")
	}
	return Format{}, invalid("The file is of no kind that can be imported. Umbra reads .ics, .vcf, .csv and todo.txt files, its own export, " +
		"and those of Todoist, TickTick, Trello, Microsoft To Do, Vikunja, Google Takeout and Monica.")
}
