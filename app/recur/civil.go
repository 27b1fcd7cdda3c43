package recur

// Days are numbered from 0001-01-01, a Monday, which is day 0; so a day's
// weekday is its number modulo 7, Monday first. Seconds are counted from the
// same midnight.
const (
	daySeconds = 86400
	unixEpoch  = 62135596800 // 1970-01-01T00:00:00
	maxDay     = 3652058     // 9999-12-31
	maxSecond  = (maxDay+1)*daySeconds - 1
)

var daysBefore = [2][13]int{
	{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
	{0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
}

// leap is 1 in a leap year, so that it can index daysBefore.
func leap(year int) int {
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 1
	}
	return 0
}

// yearStart is the number of 1 January. It holds a little beyond the years
// 1 to 9999, which week years need.
func yearStart(year int) int {
	z := year + 399
	return 365*z + z/4 - z/100 + z/400 - 146097
}

func monthStart(year, month int) int {
	return yearStart(year) + daysBefore[leap(year)][month-1]
}

func monthLength(year, month int) int {
	b := &daysBefore[leap(year)]
	return b[month] - b[month-1]
}

// civil is the date of a day number, by Howard Hinnant's algorithm: years are
// counted from March, so that the leap day comes last.
func civil(day int) (year, month, dom int) {
	z := day + 306
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	dom = doy - (153*mp+2)/5 + 1
	month = mp + 3
	year = yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, dom
}

// weekOne is the first day of a year's week 1: the first week, beginning on
// wkst, with at least four days in that year.
func weekOne(year, wkst int) int {
	jan1 := yearStart(year)
	into := (weekday(jan1) - wkst + 7) % 7
	if into <= 3 {
		return jan1 - into
	}
	return jan1 - into + 7
}

// weekYear is the year whose weeks a day belongs to.
func weekYear(day, wkst int) int {
	y, _, _ := civil(day)
	switch {
	case day < weekOne(y, wkst):
		return y - 1
	case day >= weekOne(y+1, wkst):
		return y + 1
	}
	return y
}

// weekday is 0 for Monday. Week one of year 1 may begin before day 0.
func weekday(day int) int { return (day + 7*52) % 7 }
