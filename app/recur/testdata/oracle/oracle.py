"""RFC 5545 recurrences on python-dateutil; see README.md for what is corrected, and why."""
from datetime import date, datetime, timedelta, timezone
from itertools import groupby
from zoneinfo import ZoneInfo

from dateutil import rrule as du

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQS = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
SHORT = 4  # the first frequency below a day
UTC = timezone.utc
MOST = 150  # occurrences that are looked at


def place(local, zone):
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def show(instant, zone):
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def basic(t, time):
    """iCalendar's form; strftime's %Y is not padded."""
    return f"{t.year:04d}" + t.strftime("%m%d" + time)


def is_gap(local, zone):
    return show(place(local, zone), zone) != local


class Rule:
    def __init__(self, r, freq):
        self.freq = freq
        self.interval = 1 + r.randrange(3) * r.randrange(4)
        if freq >= SHORT and r.random() < 0.3:
            self.interval = r.randint(1, 200)
        self.wkst = r.choice([0, 0, 6, r.randrange(7)])
        self.count = self.until = None

        def some(chance, most, lo, hi, signed=False):
            if r.random() > chance:
                return []
            out = set()
            for _ in range(r.randint(1, most)):
                n = r.randint(lo, hi)
                out.add(-n if signed and r.random() < 0.35 else n)
            return sorted(out)

        self.month = some(0.28, 4, 1, 12)
        self.weekno = some(0.25, 3, 1, 53, True) if freq == 0 else []
        if self.weekno and r.random() < 0.3:
            self.weekno = r.choice([[1], [-1], [52], [53], [1, 53], [-53, -1]])
        self.yearday = some(0.2, 12, 1, 366, True) if freq == 0 or freq >= SHORT else []
        self.monthday = some(0.25, 5, 1, 31, True) if freq != 2 else []
        self.days = []
        for d in some(0.4, 4, 0, 6):
            n = 0
            if freq <= 1 and not self.weekno and r.random() < 0.5:
                n = r.randint(1, 53 if freq == 0 and not self.month and r.random() < 0.6 else 5)
                n = -n if r.random() < 0.5 else n
            self.days.append((n, d))
        self.hour = some(0.25, 3, 0, 23)
        if r.random() < 0.15:
            self.hour = r.choice([[1, 2, 3], [2, 3], [2], [0, 1]])  # where clocks change
        self.minute = some(0.2, 3, 0, 59)
        self.second = some(0.1, 3, 0, 59)
        self.setpos = []
        if self.by():
            self.setpos = some(0.22, 3, 1, 6, True)
            if self.setpos and r.random() < 0.3:
                self.setpos = [-1]

    def by(self):
        return any([self.month, self.weekno, self.yearday, self.monthday, self.days, self.hour, self.minute, self.second])

    def day_parts(self):
        return any([self.month, self.yearday, self.monthday, self.days])

    def text(self):
        out = ["FREQ=" + FREQS[self.freq]]
        lists = [("BYMONTH", self.month), ("BYWEEKNO", self.weekno), ("BYYEARDAY", self.yearday), ("BYMONTHDAY", self.monthday),
                 ("BYDAY", [(str(n) if n else "") + DAYS[d] for n, d in self.days]), ("BYHOUR", self.hour),
                 ("BYMINUTE", self.minute), ("BYSECOND", self.second), ("BYSETPOS", self.setpos)]
        if self.interval > 1:
            out.append(f"INTERVAL={self.interval}")
        if self.count:
            out.append(f"COUNT={self.count}")
        if self.until:
            out.append("UNTIL=" + self.until)
        out += [f"{name}={','.join(map(str, v))}" for name, v in lists if v]
        if self.wkst:
            out.append("WKST=" + DAYS[self.wkst])
        return ";".join(out)

    def dateutil(self, start, **change):
        """dateutil's rule, without COUNT and UNTIL, which are applied here."""
        wd = [du.MO, du.TU, du.WE, du.TH, du.FR, du.SA, du.SU]
        kw = dict(
            dtstart=start, interval=self.interval, wkst=self.wkst, bymonth=self.month or None, byweekno=self.weekno or None,
            byyearday=self.yearday or None, bymonthday=self.monthday or None, byhour=self.hour or None,
            byminute=self.minute or None, bysecond=self.second or None, bysetpos=self.setpos or None,
            byweekday=[wd[d](n) if n else wd[d] for n, d in self.days] or None)
        kw.update(change)
        if kw["byweekday"] == []:
            kw["byweekday"] = None
        return du.rrule(self.freq, **kw)


def week_year(day, wkst):
    """The year that the fourth day of the day's week lies in (RFC 5545, 3.3.10, BYWEEKNO)."""
    begin = day.toordinal() - (day.weekday() - wkst) % 7
    return date.fromordinal(begin + 3).year


def positions(found, rule, key):
    """Applies INTERVAL by key, where it is a number of periods, and BYSETPOS within each period."""
    for _, group in groupby(found, key):
        group = list(group)
        if not rule.setpos:
            yield from group
            continue
        n = len(group)
        for i in sorted({p - 1 if p > 0 else n + p for p in rule.setpos}):
            if 0 <= i < n:
                yield group[i]


def on_clock(rule, start, why):
    """The rule's times from start on, on a clock without a zone, ascending."""
    if rule.weekno:
        days = rule.days
        if not (rule.days or rule.monthday or rule.yearday):
            days = [(0, start.weekday())]
            why.add("weekday-of-start")
        wd = [du.MO, du.TU, du.WE, du.TH, du.FR, du.SA, du.SU]
        weekdays = [wd[d] for _, d in days] or None
        if rule.interval == 1 and not rule.setpos:
            yield from by_week(rule, start, dict(byweekday=weekdays), why)
            return
        why.add("week-year")
        first = week_year(start.date(), rule.wkst)
        # from the beginning of the year before, so that the first week year is whole
        begin = datetime(start.year - 1, 1, 1)
        fill = dict(byweekday=weekdays, interval=1, bysetpos=None, byhour=rule.hour or start.hour,
                    byminute=rule.minute or start.minute, bysecond=rule.second or start.second)
        key = lambda t: week_year(t.date(), rule.wkst)
        every = (t for t in by_week(rule, begin, fill, why) if key(t) >= first and (key(t) - first) % rule.interval == 0)
        yield from (t for t in positions(every, rule, key) if t >= start)
        return
    plain = [d for n, d in rule.days if n == 0]
    if plain and len(plain) < len(rule.days):
        why.add("mixed-byday")
        yield from mixed(rule, start, plain)
        return
    if rule.freq == 2 and rule.setpos:
        why.add("whole-first-week")
        begin = datetime.combine(start.date() - timedelta((start.weekday() - rule.wkst) % 7), datetime.min.time())
        it = rule.dateutil(begin, byhour=rule.hour or start.hour, byminute=rule.minute or start.minute,
                           bysecond=rule.second or start.second, byweekday=[d for _, d in rule.days] or [start.weekday()])
        yield from (t for t in it if t >= start)
        return
    yield from rule.dateutil(start)


def by_week(rule, start, change, why):
    """A BYWEEKNO rule, each day checked against ISO weeks for the rule's WKST.

    dateutil loses days of weeks 52 and 53 that lie in January, and of week 1
    that lie in December, so it is asked for all days and filtered here."""
    why.add("week-number")
    change = dict(change, byweekno=None)
    if not change.get("byweekday") and not (rule.monthday or rule.yearday):
        change["byweekday"] = list(range(7))
    for t in rule.dateutil(start, **change):
        y = week_year(t.date(), rule.wkst)
        jan4 = date(y, 1, 4).toordinal()
        one = jan4 - (date(y, 1, 4).weekday() - rule.wkst) % 7
        next4 = date(y + 1, 1, 4)
        weeks = (next4.toordinal() - (next4.weekday() - rule.wkst) % 7 - one) // 7
        n = (t.toordinal() - one) // 7 + 1
        if n in rule.weekno or n - weeks - 1 in rule.weekno:
            yield t


def mixed(rule, start, plain):
    """BYDAY=MO,2TU: Mondays and second Tuesdays, where dateutil asks for both at once."""
    wd = [du.MO, du.TU, du.WE, du.TH, du.FR, du.SA, du.SU]
    begin = datetime(start.year, start.month if rule.freq == 1 else 1, 1)
    fill = dict(bysetpos=None, byhour=rule.hour or start.hour, byminute=rule.minute or start.minute, bysecond=rule.second or start.second)
    its = [iter(rule.dateutil(begin, **dict(fill, byweekday=days))) for days in
           ([wd[d] for d in plain], [wd[d](n) for n, d in rule.days if n])]
    heads = [next(it, None) for it in its]

    def merged():
        while any(h is not None for h in heads):
            t = min(h for h in heads if h is not None)
            for i, it in enumerate(its):
                if heads[i] == t:
                    heads[i] = next(it, None)
            yield t
    key = (lambda t: t.year) if rule.freq == 0 else (lambda t: (t.year, t.month))
    yield from (t for t in positions(merged(), rule, key) if t >= start)


def day_passes(rule, t):
    """BYMONTH, BYMONTHDAY, BYYEARDAY and BYDAY as limits, asked of one day."""
    def either(v, pos, length):
        return not v or pos in v or pos - length - 1 in v
    year = date(t.year, 12, 31).timetuple().tm_yday
    month = (date(t.year + t.month // 12, t.month % 12 + 1, 1) - timedelta(1)).day
    return ((not rule.month or t.month in rule.month) and either(rule.monthday, t.day, month)
            and either(rule.yearday, t.timetuple().tm_yday, year)
            and (not rule.days or t.weekday() in [d for _, d in rule.days]))


def elapsed(rule, start, zone, why):
    """HOURLY and below without BYHOUR, in a zone: steps of real time; limits by the clock."""
    why.add("elapsed-time")
    begin = place(start, zone)
    shift = begin.astimezone(zone).utcoffset()
    line = (begin + shift).replace(tzinfo=None)
    for t in rule.dateutil(line, bymonth=None, byyearday=None, bymonthday=None, byweekday=None):
        at = t.replace(tzinfo=UTC) - shift
        if day_passes(rule, show(at, zone)):
            yield at


class TooSlow(Exception):
    """dateutil looked at more than PERIODS periods; it has no bound of its own."""


PERIODS = 4000
looked = [0]


def counted(method):
    def look(*args):
        looked[0] += 1
        if looked[0] > PERIODS:
            raise TooSlow
        return method(*args)
    return look


for name in ["ydayset", "mdayset", "wdayset", "ddayset"]:
    setattr(du._iterinfo, name, counted(getattr(du._iterinfo, name)))


def instants(rule, start, zone, floating, all_day, why, horizon):
    """Instants of start and rule within the horizon; known says up to when they are all."""
    far = place(start, zone) + timedelta(days=horizon)
    short = not floating and rule.freq >= SHORT and not rule.hour
    seen, first, left, gap = [], True, rule.count, False
    begin = place(start, zone)
    for t in (elapsed(rule, start, zone, why) if short else on_clock(rule, start, why)):
        at = t if short else place(t, zone)
        if not short and is_gap(t, zone):
            gap = True
        if first and at != begin:
            why.add("start-is-first")
            seen.append(begin)
            left = left and left - 1
        first = False
        if left == 0:
            break
        if rule.until and ended(rule, at if short else t, at, zone, floating, short):
            break
        if at > far or len(seen) >= MOST:
            # what a gap moves may still come before this one
            return seen, min(far, at - timedelta(days=2)), gap
        seen.append(at)
        left = left and left - 1
        if left == 0:
            break
    if not seen:
        why.add("start-is-first")
        seen.append(begin)
    return seen, far, gap


def ended(rule, t, at, zone, floating, short):
    u = rule.until
    if len(u) == 8:
        local = show(at, zone) if short else t
        return basic(local, "") > u
    when = datetime.strptime(u.rstrip("Z"), "%Y%m%dT%H%M%S")
    if u.endswith("Z") and not floating:
        return at > when.replace(tzinfo=UTC)
    return (at > place(when, zone)) if short else t > when


