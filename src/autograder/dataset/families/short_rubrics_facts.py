"""Facts with plausible wrong answers and side remarks, and the wordings around them.

A table holds one fact in a few lines:

- `topic: right / wrong / wrong`, if the subject has templates for question and answer, or
  `topic: question / question` and `= sentence with {v}: right / wrong / wrong`;
- `+` a remark that is true, whatever the answer;
- `-` one that is false.

In answers to yes-or-no questions `{n}` is `not ` after a no.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from autograder.dataset.families import compose


@dataclass(frozen=True, slots=True)
class Fact:
    """A question with its answer.

    Attributes:
        id: unique; empty for what a program made, primes excepted.
        topic: what it is about, as a noun phrase.
        asks: the question in several wordings.
        said: a sentence without its full stop, `{v}` for the answer.
        answer, wrongs: the right one and plausible wrong ones.
        true, false: side remarks, whole sentences that name none of the answers.
    """

    id: str
    topic: str
    asks: tuple[str, ...]
    said: str
    answer: str
    wrongs: tuple[str, ...]
    true: str
    false: str

    @property
    def closed(self) -> bool:
        """Whether it is a yes-or-no question."""
        return self.answer in ("yes", "no")

    def sentence(self, value: str) -> str:
        """The answer in a sentence."""
        text = self.said.format(v=value, n="not " * (value == "no"))
        return text[:1].upper() + text[1:]

    def statement(self, value: str) -> str:
        """The sentence as it stands without the question."""
        text = self.sentence(value).removeprefix("Yes, ").removeprefix("No, ")
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Subject:
    """Facts of one kind.

    Attributes:
        name: how a prompt calls it; empty where statements make no sense without a question.
        topics: whether the topics of its facts can be named without giving the answer away.
        facts: at least a dozen.
    """

    name: str
    topics: bool
    facts: tuple[Fact, ...]


_CAPITALS = """
Norway: Oslo / Bergen / Trondheim
+ Norway has many fjords.
- Norway has many deserts.
France: Paris / Lyon / Marseille
+ France shares a land border with Spain.
- France shares a land border with Portugal.
Spain: Madrid / Barcelona / Seville
+ Spain lies on the Iberian Peninsula.
- Spain lies on the Balkan Peninsula.
Italy: Rome / Milan / Naples
+ Italy shares a land border with Austria.
- Italy shares a land border with Germany.
Canada: Ottawa / Toronto / Montreal
+ The official languages of Canada are English and French.
- The official languages of Canada are English and Spanish.
Australia: Canberra / Sydney / Melbourne
+ Australia lies in the southern hemisphere.
- Australia lies in the northern hemisphere.
Japan: Tokyo / Osaka / Kyoto
+ The highest mountain in Japan is Mount Fuji.
- The highest mountain in Japan is Mount Etna.
Egypt: Cairo / Alexandria / Luxor
+ Egypt has a coast on the Red Sea.
- Egypt has a coast on the Black Sea.
Poland: Warsaw / Krakow / Gdansk
+ Poland has a coast on the Baltic Sea.
- Poland has a coast on the Black Sea.
Portugal: Lisbon / Porto / Faro
+ The only land neighbour of Portugal is Spain.
- The only land neighbour of Portugal is France.
Greece: Athens / Patras / Thessaloniki
+ Many Greek islands lie in the Aegean Sea.
- Many Greek islands lie in the North Sea.
Germany: Berlin / Munich / Hamburg
+ Germany shares a land border with Poland.
- Germany shares a land border with Italy.
Turkey: Ankara / Istanbul / Izmir
+ Turkey has a coast on the Black Sea.
- Turkey has a coast on the North Sea.
Brazil: Brasilia / Rio de Janeiro / Sao Paulo
+ The main language of Brazil is Portuguese.
- The main language of Brazil is Spanish.
Kenya: Nairobi / Mombasa / Kisumu
+ Kenya lies in the east of Africa.
- Kenya lies in the west of Africa.
Peru: Lima / Cusco / Arequipa
+ Peru has a coast on the Pacific.
- Peru has a coast on the Atlantic.
Hungary: Budapest / Debrecen / Szeged
+ Hungary has no coast on any sea.
- Hungary has a coast on the Adriatic Sea.
Ireland: Dublin / Cork / Galway
+ Ireland lies to the west of Great Britain.
- Ireland lies to the east of Great Britain.
"""
_SYMBOLS = """
iron: Fe / Ir / Fr
+ A magnet attracts iron.
- A magnet repels iron.
gold: Au / Go / Ag
+ Pure gold does not rust in damp air.
- Pure gold rusts quickly in damp air.
silver: Ag / Si / Sv
+ Silver is a good conductor of electricity.
- Silver is a poor conductor of electricity.
sodium: Na / Sd / Sn
+ Table salt is a compound of sodium.
- Table sugar is a compound of sodium.
potassium: K / Po / Pt
+ Potassium is a metal at room temperature.
- Potassium is a gas at room temperature.
copper: Cu / Co / Cp
+ Copper is a good conductor of heat.
- Copper is a poor conductor of heat.
lead: Pb / Ld / Le
+ A solid ball of lead sinks in water.
- A solid ball of lead floats on water.
oxygen: O / Ox / Og
+ Oxygen makes up about a fifth of the air.
- Oxygen makes up about half of the air.
carbon: C / Ca / Cb
+ Diamond is a form of carbon.
- Rust is a form of carbon.
mercury: Hg / Mc / Mr
+ The metal mercury is liquid at room temperature.
- The metal mercury is solid at room temperature.
helium: He / Hl / Hm
+ Helium is lighter than air.
- Helium is heavier than air.
nitrogen: N / Ni / Ng
+ Nitrogen is a gas at room temperature.
- Nitrogen is a liquid at room temperature.
hydrogen: H / Hy / Hd
+ Hydrogen is the lightest of all elements.
- Hydrogen is the heaviest of all elements.
tin: Sn / Ti / Tn
+ Tin is a metal at room temperature.
- Tin is a gas at room temperature.
zinc: Zn / Zi / Zc
+ A coat of zinc protects steel from rust.
- A coat of zinc makes steel rust faster.
"""
_SPELLING = """
receive: receive / recieve / receeve
+ The word means to get something.
- The word means to lose something.
necessary: necessary / neccessary / necesary
+ The word means that something is needed.
- The word means that something is forbidden.
separate: separate / seperate / seprate
+ The word can mean to keep things apart.
- The word can mean to mix things together.
definitely: definitely / definately / definitly
+ The word means without any doubt.
- The word means with great doubt.
tomorrow: tomorrow / tommorow / tomorow
+ The word stands for the day after today.
- The word stands for the day before today.
friend: friend / freind / frend
+ The word stands for somebody one likes.
- The word stands for somebody one dislikes.
beginning: beginning / begining / beggining
+ The word stands for the start of something.
- The word stands for the end of something.
calendar: calendar / calander / calandar
+ The word stands for a table of days and months.
- The word stands for a table of prices and fares.
library: library / libary / liberry
+ The word stands for a place that lends books.
- The word stands for a place that sells books.
government: government / goverment / govermment
+ The word is a noun in English.
- The word is a verb in English.
surprise: surprise / suprise / surprice
+ The word stands for something nobody expected.
- The word stands for something everybody expected.
accommodate: accommodate / accomodate / acommodate
+ The word can mean to give somebody a room.
- The word can mean to send somebody away.
embarrass: embarrass / embarass / embaras
+ The word means to make somebody feel awkward.
- The word means to make somebody feel proud.
weird: weird / wierd / weerd
+ The word means strange.
- The word means ordinary.
"""
_PAST = """
go: went / goed / gone
+ The -ing form of 'go' is 'going'.
- The -ing form of 'go' is 'goeing'.
eat: ate / eated / eaten
+ The -ing form of 'eat' is 'eating'.
- The -ing form of 'eat' is 'eatting'.
buy: bought / buyed / brought
+ The opposite of 'buy' is 'sell'.
- The opposite of 'buy' is 'pay'.
write: wrote / writed / written
+ The -ing form of 'write' is 'writing'.
- The -ing form of 'write' is 'writeing'.
swim: swam / swimmed / swum
+ The -ing form of 'swim' is 'swimming'.
- The -ing form of 'swim' is 'swiming'.
teach: taught / teached / tought
+ The verb 'teach' is irregular.
- The verb 'teach' is regular.
see: saw / seed / seen
+ To see something we use the eyes.
- To see something we use the ears.
run: ran / runned / runed
+ The -ing form of 'run' is 'running'.
- The -ing form of 'run' is 'runing'.
sing: sang / singed / sung
+ The verb 'sing' is irregular.
- The verb 'sing' is regular.
break: broke / breaked / broken
+ The verb 'break' is irregular.
- The verb 'break' is regular.
take: took / taked / taken
+ The -ing form of 'take' is 'taking'.
- The -ing form of 'take' is 'takeing'.
catch: caught / catched / cought
+ The -ing form of 'catch' is 'catching'.
- The -ing form of 'catch' is 'catcheing'.
bring: brought / bringed / brang
+ The verb 'bring' is irregular.
- The verb 'bring' is regular.
fly: flew / flyed / flown
+ The -ing form of 'fly' is 'flying'.
- The -ing form of 'fly' is 'fliing'.
drink: drank / drinked / drunk
+ The verb 'drink' is irregular.
- The verb 'drink' is regular.
begin: began / beginned / begun
+ The -ing form of 'begin' is 'beginning'.
- The -ing form of 'begin' is 'begining'.
"""
_OPPOSITES = """
ancient: modern / old / antique
+ The word 'ancient' has seven letters.
- The word 'ancient' has nine letters.
hot: cold / warm / boiling
+ The word 'hot' rhymes with 'pot'.
- The word 'hot' rhymes with 'pet'.
empty: full / hollow / vacant
+ The word 'empty' has five letters.
- The word 'empty' has seven letters.
brave: cowardly / bold / daring
+ The word 'brave' rhymes with 'cave'.
- The word 'brave' rhymes with 'love'.
shallow: deep / flat / narrow
+ The word 'shallow' has seven letters.
- The word 'shallow' has five letters.
expensive: cheap / costly / pricey
+ The word 'expensive' is an adjective.
- The word 'expensive' is a noun.
generous: stingy / kind / giving
+ The word 'generous' is an adjective.
- The word 'generous' is a verb.
arrive: depart / reach / come
+ The word 'arrive' is a verb.
- The word 'arrive' is an adjective.
victory: defeat / triumph / success
+ The word 'victory' is a noun.
- The word 'victory' is an adverb.
rough: smooth / coarse / bumpy
+ The word 'rough' rhymes with 'stuff'.
- The word 'rough' rhymes with 'through'.
increase: decrease / grow / raise
+ The word 'increase' has eight letters.
- The word 'increase' has six letters.
early: late / soon / quick
+ The word 'early' has five letters.
- The word 'early' has four letters.
wet: dry / damp / soaked
+ The word 'wet' rhymes with 'net'.
- The word 'wet' rhymes with 'hat'.
bright: dark / shiny / vivid
+ The word 'bright' rhymes with 'night'.
- The word 'bright' rhymes with 'note'.
noisy: quiet / loud / shrill
+ The word 'noisy' is an adjective.
- The word 'noisy' is a noun.
"""
_WORDS = """
'dog' in Spanish: perro / gato / vaca
+ The German word for 'dog' is 'Hund'.
- The German word for 'dog' is 'Pferd'.
'cat' in French: chat / chien / cheval
+ The Spanish word for 'cat' is 'gato'.
- The Spanish word for 'cat' is 'perro'.
'house' in German: Haus / Baum / Hund
+ The French word for 'house' is 'maison'.
- The French word for 'house' is 'fromage'.
'water' in Italian: acqua / latte / vino
+ The Spanish word for 'water' is 'agua'.
- The Spanish word for 'water' is 'leche'.
'bread' in French: pain / lait / fromage
+ The German word for 'bread' is 'Brot'.
- The German word for 'bread' is 'Milch'.
'milk' in Spanish: leche / agua / pan
+ The French word for 'milk' is 'lait'.
- The French word for 'milk' is 'eau'.
'apple' in German: Apfel / Birne / Kirsche
+ The French word for 'apple' is 'pomme'.
- The French word for 'apple' is 'poire'.
'red' in Spanish: rojo / verde / negro
+ The French word for 'red' is 'rouge'.
- The French word for 'red' is 'jaune'.
'book' in French: livre / lampe / chaise
+ The German word for 'book' is 'Buch'.
- The German word for 'book' is 'Tisch'.
'sun' in Italian: sole / luna / mare
+ The Spanish word for 'sun' is 'sol'.
- The Spanish word for 'sun' is 'mar'.
'thank you' in German: danke / bitte / hallo
+ The French word for 'thank you' is 'merci'.
- The French word for 'thank you' is 'bonjour'.
'bird' in German: Vogel / Fisch / Schaf
+ The French word for 'bird' is 'oiseau'.
- The French word for 'bird' is 'mouton'.
'seven' in French: sept / dix / huit
+ The German word for 'seven' is 'sieben'.
- The German word for 'seven' is 'sechs'.
'fish' in Italian: pesce / cavallo / uccello
+ The German word for 'fish' is 'Fisch'.
- The German word for 'fish' is 'Vogel'.
'green' in Italian: verde / rosso / giallo
+ The French word for 'green' is 'vert'.
- The French word for 'green' is 'bleu'.
"""
_CALENDAR = """
April: How many days has April? / How many days are there in April?
= April has {v} days: 30 / 31 / 28
+ April comes right after March.
- April comes right after May.
July: How many days has July? / How many days are there in July?
= July has {v} days: 31 / 30 / 29
+ July comes right before August.
- July comes right before September.
leap years: How many days does a leap year have? / How long is a leap year in days?
= A leap year has {v} days: 366 / 364 / 360
+ In a leap year, February gets an extra day.
- In a leap year, June gets an extra day.
the month after May: Which month comes after May? / What's the month right after May?
= The month after May is {v}: June / July / April
+ There are 31 days in May.
- There are 30 days in May.
the start of the year: What is the first month of the year? / With which month does a year begin?
= The first month of the year is {v}: January / March / December
+ A year has twelve months.
- A year has ten months.
the month before October: Which month comes before October? / What's the month before October?
= The month before October is {v}: September / August / November
+ There are 31 days in October.
- There are 30 days in October.
the day after Thursday: Which day comes after Thursday? / What day follows Thursday?
= The day after Thursday is {v}: Friday / Wednesday / Saturday
+ A week has seven days.
- A week has six days.
two weeks: How many days are in two weeks? / How many days do two weeks have?
= Two weeks have {v} days: 14 / 12 / 16
+ A year has a little over fifty weeks.
- A year has a little over forty weeks.
Christmas Day: What is the date of Christmas Day in Britain? / When is Christmas Day in Britain?
= Christmas Day in Britain is on {v}: 25 December / 6 December / 1 January
+ In Britain, Christmas is in winter.
- In Britain, Christmas is in spring.
a century: How many years are in a century? / How long is a century in years?
= A century has {v} years: 100 / 50 / 1000
+ A century is longer than a decade.
- A century is shorter than a decade.
a decade: How many years are in a decade? / How long is a decade in years?
= A decade has {v} years: 10 / 20 / 12
+ A decade is shorter than a century.
- A decade is longer than a century.
the shortest month: Which month has the fewest days? / What is the shortest month of the year?
= The month with the fewest days is {v}: February / April / November
+ Most years have 365 days.
- Most years have 360 days.
a quarter: How many months are in a quarter of a year? / How many months does a quarter have?
= A quarter of a year has {v} months: 3 / 4 / 2
+ Every year has four quarters.
- Every year has five quarters.
the weekend: Which day comes after Saturday? / What day follows Saturday?
= The day after Saturday is {v}: Sunday / Friday / Thursday
+ A day has 24 hours.
- A day has 20 hours.
"""
_SPACE = """
the nearest star: Which star is closest to Earth? / What is the nearest star to Earth?
= The star closest to Earth is {v}: the Sun / Sirius / Polaris
+ Light travels faster than sound.
- Sound travels faster than light.
the innermost planet: Which planet is closest to the Sun? / What is the innermost planet?
= The planet closest to the Sun is {v}: Mercury / Venus / Mars
+ Earth is the third planet from the Sun.
- Earth is the fifth planet from the Sun.
the largest planet: Which planet of our solar system is largest? / What is our largest planet?
= The largest planet of the solar system is {v}: Jupiter / Saturn / Neptune
+ Our solar system has eight planets.
- Our solar system has eleven planets.
the Red Planet: Which planet is known as the Red Planet? / What planet do we call the Red Planet?
= The Red Planet is {v}: Mars / Venus / Uranus
+ The Red Planet has two small moons.
- The Red Planet has nine small moons.
the solar system: How many planets has our solar system? / How many planets orbit the Sun?
= Our solar system has {v} planets: 8 / 7 / 10
+ The planets of the solar system orbit the Sun.
- The planets of the solar system orbit the Moon.
Earth's moons: How many natural moons has Earth? / How many moons does the Earth have?
= The number of Earth's natural moons is {v}: 1 / 2 / 4
+ People first landed on the Moon in 1969.
- People first landed on the Moon in 1989.
the planet with bright rings: Which planet is famous for its bright rings?\
 / Which planet has the best known rings?
= The planet famous for its bright rings is {v}: Saturn / Mars / Mercury
+ Venus is closer to the Sun than Earth.
- Venus is farther from the Sun than Earth.
the outermost planet: Which planet is farthest from the Sun? / What is the outermost planet?
= The planet farthest from the Sun is {v}: Neptune / Mars / Saturn
+ Earth needs a year to orbit the Sun.
- Earth needs a month to orbit the Sun.
the Earth's orbit: What does the Earth orbit? / Around what does the Earth travel in a year?
= The Earth orbits {v}: the Sun / the Moon / Mars
+ The Earth turns around its axis in a day.
- The Earth turns around its axis in a week.
the first person on the Moon: Who was the first person on the Moon? / Who first walked on the Moon?
= The first person on the Moon was {v}: Neil Armstrong / Yuri Gagarin / John Glenn
+ The first Moon landing was in 1969.
- The first Moon landing was in 1959.
our galaxy: What is our galaxy called? / What's the name of the galaxy we live in?
= Our galaxy is called {v}: the Milky Way / Andromeda / Orion
+ Our galaxy holds very many stars.
- Our galaxy holds only a dozen stars.
the Sun: What kind of object is the Sun? / What is the Sun, in astronomy?
= The Sun is {v}: a star / a planet / a comet
+ The Sun is larger than the Earth.
- The Sun is smaller than the Earth.
sunlight: About how long does sunlight take to reach Earth?\
 / How long does light travel from Sun to us?
= Sunlight reaches Earth after about {v}: 8 minutes / 8 seconds / 8 hours
+ The Moon is closer to us than the Sun.
- The Moon is farther from us than the Sun.
"""
_ANIMALS = """
spiders: How many legs has a spider? / How many legs do spiders have?
= A spider has {v} legs: 8 / 6 / 10
+ Spiders do not belong to the insects.
- Spiders belong to the insects.
insects: How many legs has an adult insect? / How many legs do adult insects have?
= An adult insect has {v} legs: 6 / 8 / 4
+ Ants belong to the insects.
- Spiders belong to the insects.
young cows: What is a young cow called? / What do we call the young of a cow?
= A young cow is called {v}: a calf / a foal / a lamb
+ Cows feed mainly on plants.
- Cows feed mainly on fish.
young horses: What is a young horse called? / What do we call the young of a horse?
= A young horse is called {v}: a foal / a calf / a cub
+ Horses have hooves.
- Horses have paws.
young frogs: What is the larva of a frog called? / What does a frog start life as, after the egg?
= The larva of a frog is called {v}: a tadpole / a caterpillar / a chick
+ Frogs are amphibians.
- Frogs are mammals.
whales: Is a whale a fish? / Do whales count as fish?
= {v}, a whale is {n}a fish: no / yes
+ Whales come up to the surface to breathe.
- Whales never come up to the surface.
bats: Is a bat a bird? / Do bats count as birds?
= {v}, a bat is {n}a bird: no / yes
+ Most bats are active at night.
- Most bats are active at noon.
penguins: Is a penguin a bird? / Do penguins count as birds?
= {v}, a penguin is {n}a bird: yes / no
+ Penguins are good swimmers.
- Penguins are poor swimmers.
the fastest land animal: Which land animal runs fastest? / What is the fastest animal on land?
= The fastest land animal is {v}: the cheetah / the horse / the wolf
+ Snails are among the slowest animals.
- Snails are among the fastest animals.
the largest animal: Which animal is the largest on Earth? / What is the largest living animal?
= The largest living animal is {v}: the blue whale / the African elephant / the giraffe
+ Mice are small mammals.
- Mice are small reptiles.
the tallest animal: Which animal is the tallest? / What is the tallest living animal?
= The tallest living animal is {v}: the giraffe / the camel / the rhinoceros
+ Zebras live in the wild in Africa.
- Zebras live in the wild in Europe.
honey bees: What food do people get from honey bees? / Which food do beekeepers take from hives?
= The food we get from bees is {v}: honey / butter / cheese
+ A bee has six legs.
- A bee has eight legs.
caterpillars: What can a caterpillar turn into? / Which animal can a caterpillar become?
= A caterpillar can turn into {v}: a butterfly / a spider / a worm
+ Many caterpillars feed on leaves.
- Many caterpillars have wings.
snakes: How many legs has a snake? / How many legs do snakes have?
= The number of legs of a snake is {v}: 0 / 2 / 4
+ Snakes are reptiles.
- Snakes are mammals.
wool: From which animal does most wool come? / Which animal gives us most of our wool?
= The animal that gives us most wool is {v}: the sheep / the cow / the pig
+ Wool is a natural fibre.
- Wool is a synthetic fibre.
octopuses: How many arms has an octopus? / How many arms do octopuses have?
= An octopus has {v} arms: 8 / 6 / 12
+ An octopus has no bones.
- An octopus has a backbone.
male chickens: What is a male chicken called? / What do we call an adult male chicken?
= A male chicken is called {v}: a rooster / a hen / a gander
+ Chickens hatch from eggs.
- Chickens drink their mother's milk.
giant pandas: What do giant pandas mainly eat? / What is the main food of giant pandas?
= Giant pandas mainly eat {v}: bamboo / fish / honey
+ Giant pandas live in the wild in China.
- Giant pandas live in the wild in Brazil.
"""
_GEOGRAPHY = """
the Nile: On which continent is the Nile? / Through which continent does the Nile flow?
= The Nile is in {v}: Africa / Asia / Europe
+ The Nile flows into the Mediterranean Sea.
- The Nile flows into the Black Sea.
the largest ocean: Which ocean is the largest? / What is the largest ocean on Earth?
= The largest ocean is {v}: the Pacific / the Atlantic / the Arctic Ocean
+ Most of the Earth's surface is water.
- Most of the Earth's surface is land.
the highest mountain: Which mountain is the highest above sea level?\
 / What is the world's highest peak?
= The highest mountain above sea level is {v}: Mount Everest / Mont Blanc / Kilimanjaro
+ The Himalayas are in Asia.
- The Himalayas are in Africa.
the largest continent: Which continent is the largest? / What is the largest continent?
= The largest continent is {v}: Asia / Africa / Europe
+ Antarctica is mostly covered by ice.
- Antarctica is mostly covered by forest.
the largest country: Which country has the largest area? / What is the largest country by area?
= The largest country by area is {v}: Russia / China / Canada
+ The smallest country is Vatican City.
- The smallest country is Malta.
the Sahara: On which continent is the Sahara? / Where is the Sahara, on which continent?
= The Sahara is in {v}: Africa / Asia / Australia
+ The Sahara is a desert.
- The Sahara is a rainforest.
the Amazon rainforest: On which continent is the Amazon rainforest?\
 / Which continent has the Amazon rainforest?
= The Amazon rainforest is in {v}: South America / Africa / Asia
+ Jaguars live in the Amazon rainforest.
- Polar bears live in the Amazon rainforest.
the Eiffel Tower: In which city is the Eiffel Tower? / Which city has the Eiffel Tower?
= The Eiffel Tower is in {v}: Paris / London / Rome
+ The Eiffel Tower is built of iron.
- The Eiffel Tower is built of marble.
Big Ben: In which city is Big Ben? / Which city is home to Big Ben?
= Big Ben is in {v}: London / Dublin / Edinburgh
+ The name Big Ben belongs to a bell.
- The name Big Ben belongs to a bridge.
the Colosseum: In which city is the Colosseum? / Which city is home to the Colosseum?
= The Colosseum is in {v}: Rome / Athens / Naples
+ The Colosseum was built in ancient times.
- The Colosseum was built in the Middle Ages.
the Great Wall: In which country is the Great Wall? / Which country built the Great Wall?
= The Great Wall is in {v}: China / India / Japan
+ The Great Wall was built for defence.
- The Great Wall was built to carry water.
the sea between Europe and Africa: Which sea lies between Europe and Africa?\
 / What is the sea between Europe and Africa called?
= The sea between Europe and Africa is {v}: the Mediterranean / the Baltic / the Caspian Sea
+ Europe lies to the north of Africa.
- Europe lies to the south of Africa.
the Danube: Into which sea does the Danube flow? / In which sea does the Danube end?
= The Danube flows into {v}: the Black Sea / the North Sea / the Baltic Sea
+ The Danube flows through Vienna.
- The Danube flows through Paris.
the line around the Earth's middle: What is the line around the Earth's middle called?\
 / What do we call the circle halfway between the poles?
= The line around the Earth's middle is called {v}: the equator / the meridian / the horizon
+ The North Pole lies in the Arctic.
- The North Pole lies in the Antarctic.
Iceland: Is Iceland an island? / Is Iceland surrounded by sea on all sides?
= {v}, Iceland is {n}an island: yes / no
+ Iceland has active volcanoes.
- Iceland has tropical forests.
sunrise: Where does the sun rise? / In which direction does the sun rise?
= The sun rises in {v}: the east / the west / the north
+ Sunset comes after noon.
- Sunset comes before noon.
the Alps: On which continent are the Alps? / Which continent has the Alps?
= The Alps are in {v}: Europe / Asia / Africa
+ Part of the Alps belongs to Switzerland.
- Part of the Alps belongs to Norway.
"""
_BODY = """
the organ that pumps blood: Which organ pumps blood through the body? / What organ pumps our blood?
= The organ that pumps blood is {v}: the heart / the liver / the stomach
+ Human blood is red.
- Human blood is green.
breathing: Which organs take in oxygen when we breathe? / With which organs do we breathe?
= The organs we breathe with are {v}: the lungs / the kidneys / the intestines
+ Air can enter the body through the nose.
- Air enters the body through the ears.
adult bones: How many bones has a typical adult? / How many bones do adults usually have?
= A typical adult has {v} bones: 206 / 306 / 106
+ The longest human bone is in the thigh.
- The longest human bone is in the hand.
seeing: With which organ do we see? / Which organ is for seeing?
= The organ we see with is {v}: the eye / the ear / the nose
+ Tears taste salty.
- Tears taste sweet.
fingers: How many fingers are on one hand, thumb included?\
 / How many fingers has a hand, with thumb?
= The number of fingers on one hand is {v}: 5 / 6 / 4
+ Fingernails grow back when they are cut.
- Fingernails never grow back when they are cut.
the largest organ: Which organ of the human body is the largest? / What is our largest organ?
= The largest organ of the human body is {v}: the skin / the heart / the brain
+ Sweating cools the body.
- Sweating warms the body.
the brain: Where in the body is the brain? / In which part of the body is the brain?
= The brain is in {v}: the skull / the chest / the belly
+ The brain belongs to the nervous system.
- The brain belongs to the digestive system.
adult teeth: How many teeth, wisdom teeth included, has an adult?\
 / How many adult teeth are there with wisdom teeth?
= A full adult set has {v} teeth: 32 / 42 / 22
+ Enamel is the hard outer layer of teeth.
- Enamel is the soft inner part of teeth.
body temperature: What is normal body temperature in Celsius, roughly?\
 / About how many degrees Celsius is a healthy body?
= Normal body temperature is about {v} degrees Celsius: 37 / 42 / 30
+ Shivering helps to warm the body.
- Shivering helps to cool the body.
kidneys: How many kidneys do most people have? / How many kidneys has a typical person?
= The usual number of kidneys is {v}: 2 / 1 / 4
+ Kidneys filter the blood.
- Kidneys pump the blood.
swallowing: Through which tube does food reach the stomach? / What tube leads food to the stomach?
= Food reaches the stomach through {v}: the gullet / the windpipe / the spine
+ The stomach contains acid.
- The stomach contains no acid.
blood cells: Which blood cells carry oxygen? / What kind of blood cells transports oxygen?
= Oxygen is carried by {v}: red blood cells / white blood cells / platelets
+ The heart pumps the blood.
- The liver pumps the blood.
knees: To which limb does the knee belong? / In which part of the body is the knee?
= The knee is part of {v}: the leg / the arm / the neck
+ The knee is a joint.
- The knee is a muscle.
tasting: With which organ do we taste? / Which organ is for tasting?
= The organ we taste with is {v}: the tongue / the ear / the eye
+ Lemons taste sour.
- Lemons taste salty.
sunlight and the skin: Which vitamin does skin make in sunlight?\
 / What vitamin do we get from sunlight?
= The vitamin that skin makes in sunlight is {v}: vitamin D / vitamin C / vitamin K
+ Too much sun can burn the skin.
- Too much sun cannot burn the skin.
"""
_SCIENCE = """
photosynthesis: Which gas do plants take in for photosynthesis?\
 / Which gas do leaves take in by daylight?
= The gas plants take in for photosynthesis is {v}: carbon dioxide / helium / methane
+ The green colour of leaves comes from chlorophyll.
- The green colour of leaves comes from haemoglobin.
boiling water: What is the boiling point of water in Celsius? / When does water boil, in Celsius?
= At sea level, water boils at {v} degrees Celsius: 100 / 80 / 150
+ Steam is water as a gas.
- Steam is water as a solid.
freezing water: When does water freeze, in Celsius?\
 / What is the freezing point of water in Celsius?
= Water freezes at {v} degrees Celsius: 0 / 10 / 32
+ Ice floats on water.
- Ice sinks in water.
the formula of water: What is the chemical formula of water? / Which formula stands for water?
= The chemical formula of water is {v}: H2O / CO2 / NaCl
+ Water is liquid at room temperature.
- Water is solid at room temperature.
glass: What is glass mainly made from? / What is the main raw material of glass?
= Glass is mainly made from {v}: sand / wood / wool
+ Glass can be melted down and reused.
- Glass cannot be melted down and reused.
paper: What is paper mostly made from? / What is the main raw material of paper?
= Paper is mostly made from {v}: wood / sand / coal
+ Dry paper burns easily.
- Dry paper does not burn.
rust: Which metal forms rust? / On what metal does rust form?
= The metal that forms rust is {v}: iron / gold / silver
+ Rust has a reddish brown colour.
- Rust has a bright blue colour.
falling: Which force pulls things to the ground? / What force makes things fall?
= The force that pulls things down is {v}: gravity / magnetism / friction
+ Things weigh less on the Moon than on Earth.
- Things weigh more on the Moon than on Earth.
frozen water: What is water in solid form called? / What do we call water that is frozen?
= Water in solid form is called {v}: ice / steam / dew
+ Snow melts in warm air.
- Snow melts only in cold air.
magnets: How many poles has a bar magnet? / How many poles does a bar magnet have?
= A bar magnet has {v} poles: 2 / 3 / 4
+ Like poles of magnets repel each other.
- Like poles of magnets attract each other.
air: Which gas makes up most of the air? / What is the main gas in air?
= The gas that makes up most of the air is {v}: nitrogen / oxygen / carbon dioxide
+ Warm air rises above cold air.
- Warm air sinks below cold air.
thermometers: What does a thermometer measure? / What is a thermometer for, to measure what?
= A thermometer measures {v}: temperature / weight / speed
+ Celsius is named after a person.
- Celsius is named after a river.
rainbows: How many colours does Newton's rainbow have? / How many rainbow colours did Newton name?
= The rainbow as Newton named it has {v} colours: 7 / 5 / 9
+ To see a rainbow, have the sun behind you.
- To see a rainbow, have the sun before you.
diamonds: Of which element do diamonds consist? / What element is diamond made of?
= Diamonds consist of {v}: carbon / silicon / iron
+ Diamonds are harder than glass.
- Diamonds are softer than glass.
bread dough: Which gas makes yeast dough rise? / What gas does yeast give off in dough?
= The gas that makes yeast dough rise is {v}: carbon dioxide / oxygen / hydrogen
+ Yeast is a living organism.
- Yeast is a mineral.
vinegar: Is vinegar acidic? / Does vinegar count as acidic?
= {v}, vinegar is {n}acidic: yes / no
+ Vinegar tastes sour.
- Vinegar tastes sweet.
butter: From what is butter made? / What is butter made from?
= Butter is made from {v}: cream / flour / eggs
+ Butter melts when it is heated.
- Butter hardens when it is heated.
"""
_UNITS = """
grams in a kilogram: 1000 / 100 / 500
+ A kilogram is a unit of mass.
- A kilogram is a unit of length.
metres in a kilometre: 1000 / 100 / 10
+ A kilometre is shorter than a mile.
- A kilometre is longer than a mile.
centimetres in a metre: 100 / 10 / 1000
+ A metre is longer than a yard.
- A metre is shorter than a yard.
millimetres in a centimetre: 10 / 100 / 12
+ A centimetre is shorter than an inch.
- A centimetre is longer than an inch.
seconds in a minute: 60 / 100 / 50
+ A quarter of an hour is fifteen minutes.
- A quarter of an hour is twenty minutes.
hours in a day: 24 / 12 / 20
+ A week has seven days.
- A week has eight days.
millilitres in a litre: 1000 / 100 / 10
+ A litre of water weighs about a kilogram.
- A litre of water weighs about a tonne.
inches in a foot: 12 / 10 / 16
+ An inch is longer than a centimetre.
- An inch is shorter than a centimetre.
feet in a yard: 3 / 2 / 12
+ A yard is shorter than a mile.
- A yard is longer than a mile.
kilograms in a tonne: 1000 / 100 / 500
+ A tonne is a unit of mass.
- A tonne is a unit of time.
eggs in a dozen: 12 / 10 / 20
+ Half a dozen is six.
- Half a dozen is eight.
minutes in two hours: 120 / 200 / 90
+ Half an hour is thirty minutes.
- Half an hour is forty minutes.
cents in a euro: 100 / 10 / 50
+ Germany pays in euros.
- Switzerland pays in euros.
"""
_SHAPES = """
hexagons: How many sides has a hexagon? / How many sides does a hexagon have?
= A hexagon has {v} sides: 6 / 5 / 8
+ A hexagon has more corners than a square.
- A hexagon has fewer corners than a square.
the angles of a triangle: What is the angle sum of a triangle in degrees?\
 / How many degrees are a triangle's angles together?
= The angles of a triangle add up to {v} degrees: 180 / 90 / 360
+ A triangle has three corners.
- A triangle has four corners.
right angles: How many degrees has a right angle? / How large is a right angle in degrees?
= A right angle has {v} degrees: 90 / 45 / 180
+ Every corner of a square is a right angle.
- Every corner of a hexagon is a right angle.
full turns: How many degrees are in a full turn? / How many degrees does a full circle have?
= A full turn has {v} degrees: 360 / 180 / 100
+ A circle's diameter is twice its radius.
- A circle's diameter is half its radius.
octagons: How many sides has an octagon? / How many sides does an octagon have?
= An octagon has {v} sides: 8 / 6 / 10
+ An octagon has more corners than a pentagon.
- An octagon has fewer corners than a pentagon.
cubes: How many faces has a cube? / How many faces does a cube have?
= A cube has {v} faces: 6 / 8 / 4
+ All edges of a cube are equally long.
- No edges of a cube are equally long.
pentagons: How many sides has a pentagon? / How many sides does a pentagon have?
= A pentagon has {v} sides: 5 / 6 / 7
+ A pentagon has more corners than a square.
- A pentagon has fewer corners than a square.
the smallest prime: What is the smallest prime number? / Which prime number is the smallest?
= The smallest prime number is {v}: 2 / 1 / 3
+ There are infinitely many prime numbers.
- There are only fifty prime numbers.
the Roman numeral X: What number is the Roman numeral X? / For which number does the Roman X stand?
= The Roman numeral X stands for {v}: 10 / 5 / 50
+ The Roman numeral V stands for five.
- The Roman numeral V stands for four.
the Roman numeral L: What number is the Roman numeral L? / For which number does the Roman L stand?
= The Roman numeral L stands for {v}: 50 / 100 / 500
+ The Roman numeral I stands for one.
- The Roman numeral I stands for nine.
pi: What is pi to two decimals? / What are the first digits of pi, to two decimals?
= To two decimals, pi is {v}: 3.14 / 3.41 / 3.12
+ Pi helps to find the area of a circle.
- Pi helps to find the area of a square.
dice: How many faces has an ordinary die? / How many sides does an ordinary gaming die have?
= An ordinary die has {v} faces: 6 / 8 / 4
+ Opposite faces of an ordinary die make seven.
- Opposite faces of an ordinary die make nine.
"""
_COMPUTING = """
bytes: How many bits are in a byte? / How many bits does a byte have?
= A byte has {v} bits: 8 / 10 / 4
+ A kilobyte is larger than a byte.
- A kilobyte is smaller than a byte.
CPU: What does CPU stand for? / What is CPU short for?
= CPU stands for {v}: central processing unit / computer power unit / central program utility
+ The CPU carries out the commands of programs.
- The CPU keeps files while power is off.
WWW: What does WWW stand for? / What is WWW short for?
= WWW stands for {v}: World Wide Web / World Web Window / Wide Web World
+ Web pages are viewed in a browser.
- Web pages are viewed in a compiler.
copying: Which shortcut copies selected text on Windows? / What is the Windows shortcut for copying?
= The Windows shortcut for copying is {v}: Ctrl+C / Ctrl+V / Ctrl+X
+ On Windows, Ctrl+Z undoes the last step.
- On Windows, Ctrl+Z saves the file.
the binary number 11: What is the binary number 11 in decimal? / Which decimal is binary 11?
= In decimal, the binary number 11 is {v}: 3 / 2 / 4
+ Binary numbers use only ones and zeros.
- Binary numbers use the digits up to nine.
HTML: What does HTML stand for? / What is HTML short for?
= HTML stands for {v}: HyperText Markup Language / High Tech Machine Language / Home Text Mail Link
+ HTML describes what a web page holds.
- HTML describes how sounds are recorded.
RAM: Does ordinary RAM keep data without power? / Does normal RAM hold data once power is off?
= {v}, ordinary RAM does {n}keep data without power: no / yes
+ RAM is faster than a hard disk.
- RAM is slower than a hard disk.
computer mice: Is a mouse an input device? / Does a mouse count as an input device?
= {v}, a mouse is {n}an input device: yes / no
+ A printer is an output device.
- A scanner is an output device.
Python files: Which file extension do Python scripts have?\
 / What is the usual extension of Python files?
= The usual extension of Python files is {v}: .py / .pt / .pn
+ Python is a programming language.
- Python is an operating system.
PDF: What does PDF stand for? / What is PDF short for?
= PDF stands for {v}: Portable Document Format / Printed Data File / Public Document Folder
+ A PDF file can hold pictures.
- A PDF file cannot hold pictures.
USB: What does USB stand for? / What is USB short for?
= USB stands for {v}: Universal Serial Bus / United System Board / Unified Storage Block
+ A USB stick is used to store files.
- A USB stick is used to print files.
Linux: Is Linux an operating system? / Does Linux count as an operating system?
= {v}, Linux is {n}an operating system: yes / no
+ The source code of Linux is open.
- The source code of Linux is secret.
deleting: Which key deletes the character left of the cursor? / What key removes the last letter?
= The key for the character left of the cursor is {v}: Backspace / Escape / Tab
+ The space bar types a blank.
- The space bar types a full stop.
"""
_CULTURE = """
chessboards: How many squares has a chessboard? / How many squares are on a chessboard?
= A chessboard has {v} squares: 64 / 49 / 81
+ Each chess player starts with sixteen pieces.
- Each chess player starts with twelve pieces.
football teams: How many players has a soccer team on the pitch?\
 / How many players start for a soccer team?
= A football team starts a match with {v} players: 11 / 9 / 12
+ A football match has two halves.
- A football match has three thirds.
violins: How many strings has a violin? / How many strings does an ordinary violin have?
= An ordinary violin has {v} strings: 4 / 6 / 3
+ A violin is usually played with a bow.
- A violin is usually played with drumsticks.
guitars: How many strings has a standard guitar? / How many strings does a classical guitar have?
= A standard guitar has {v} strings: 6 / 5 / 8
+ A guitar is a string instrument.
- A guitar is a wind instrument.
pianos: How many keys has a modern full-size piano? / How many keys does a standard piano have?
= A standard modern piano has {v} keys: 88 / 66 / 77
+ A piano has black and white keys.
- A piano has white keys only.
mixing blue and yellow: What colour do blue and yellow paint give?\
 / Which colour comes from mixing blue and yellow paint?
= Blue and yellow paint give {v}: green / purple / red
+ Ripe lemons have a yellow peel.
- Ripe lemons have an orange peel.
mixing red and white: What colour do red and white paint give?\
 / Which colour comes from mixing red and white paint?
= Red and white paint give {v}: pink / green / brown
+ Fresh snow looks white.
- Fresh snow looks grey.
raisins: From which fruit are raisins made? / Which fruit do raisins come from?
= Raisins are made from {v}: grapes / plums / cherries
+ Raisins are a dried fruit.
- Raisins are a pickled fruit.
white bread: From which grain is ordinary white bread made?\
 / Which grain is in ordinary white bread?
= The grain in ordinary white bread is {v}: wheat / rice / millet
+ Bread dough contains water.
- Bread dough contains no water.
traffic lights: Which traffic light means stop? / At what colour of a traffic light must cars stop?
= The traffic light that means stop is {v}: red / green / blue
+ An ordinary traffic light has three lamps.
- An ordinary traffic light has seven lamps.
the Olympic rings: How many rings are in the Olympic symbol? / How many Olympic rings are there?
= The Olympic symbol has {v} rings: 5 / 4 / 6
+ The ancient Olympic Games were held in Greece.
- The ancient Olympic Games were held in Egypt.
Romeo and Juliet: Who wrote Romeo and Juliet? / Which author wrote the play Romeo and Juliet?
= Romeo and Juliet was written by {v}: William Shakespeare / Charles Dickens / Jane Austen
+ Romeo and Juliet is set in Verona.
- Romeo and Juliet is set in Lisbon.
the Mona Lisa: Who painted the Mona Lisa? / Which artist painted the Mona Lisa?
= The Mona Lisa was painted by {v}: Leonardo da Vinci / Michelangelo / Vincent van Gogh
+ The Mona Lisa hangs in the Louvre.
- The Mona Lisa hangs in the Prado.
the English alphabet: How many letters has the English alphabet?\
 / How many letters are in the English alphabet?
= The English alphabet has {v} letters: 26 / 24 / 28
+ The last letter of the English alphabet is Z.
- The last letter of the English alphabet is Y.
triathlons: How many sports are in a triathlon? / How many sports does a triathlon have?
= A triathlon has {v} sports: 3 / 4 / 5
+ Swimming is part of a triathlon.
- Rowing is part of a triathlon.
"""

_ENTRY = re.compile(
    r"(?P<topic>[^+=:\n-][^:\n]*): (?P<head>.+)\n(?:= (?P<said>.+): (?P<values>.+)\n)?"
    r"\+ (?P<true>.+)\n- (?P<false>.+)\n"
)


def _subject(
    key: str, name: str, table: str, asks: tuple[str, ...] = (), said: str = "", topics: bool = True
) -> Subject:
    facts = []
    for entry in _ENTRY.finditer(table):
        topic = entry["topic"]
        answer, *wrongs = (entry["values"] or entry["head"]).split(" / ")
        what, _, where = topic.partition(" in ")
        fills = {"t": topic, "a": what, "b": where, "w": wrongs[0], "v": "{v}"}
        questions = [ask.format(**{**fills, "v": answer}) for ask in asks]
        facts.append(
            Fact(
                f"{key}-{re.sub('[^a-z0-9]+', '-', topic.lower()).strip('-')}",
                topic,
                tuple(questions or entry["head"].split(" / ")),
                said.format(**fills) if said else entry["said"],
                answer,
                tuple(wrongs),
                entry["true"],
                entry["false"],
            )
        )
    return Subject(name, topics, tuple(facts))


SUBJECTS = (
    _subject(
        "capital",
        "countries and their capitals",
        _CAPITALS,
        ("What is the capital of {t}?", "What's the capital of {t}?", "Name {t}'s capital."),
        "the capital of {t} is {v}",
    ),
    _subject(
        "symbol",
        "chemical elements",
        _SYMBOLS,
        (
            "What's the chemical symbol for {t}?",
            "What is the symbol of the element {t}?",
            "How is {t} abbreviated in chemistry?",
        ),
        "the chemical symbol for {t} is {v}",
    ),
    _subject(
        "spelling",
        "",
        _SPELLING,
        (
            "Which spelling is right, '{v}' or '{w}'?",
            "How do you spell it, '{w}' or '{v}'?",
            "Is it '{w}' or '{v}'?",
        ),
        "the right spelling is '{v}'",
        topics=False,
    ),
    _subject(
        "past",
        "English verbs",
        _PAST,
        (
            "What is the past tense of '{t}'?",
            "What's the simple past of '{t}'?",
            "Put '{t}' in the simple past.",
        ),
        "the simple past of '{t}' is '{v}'",
        topics=False,
    ),
    _subject(
        "opposite",
        "English words and their opposites",
        _OPPOSITES,
        (
            "What is the opposite of '{t}'?",
            "Which word means the opposite of '{t}'?",
            "What's a word that means the opposite of '{t}'?",
        ),
        "the opposite of '{t}' is '{v}'",
        topics=False,
    ),
    _subject(
        "word",
        "words in other languages",
        _WORDS,
        ("Translate {a} to {b}.", "How do you say {t}?", "What is {t}?"),
        "the {b} word for {a} is '{v}'",
        topics=False,
    ),
    _subject("calendar", "the calendar", _CALENDAR),
    _subject("space", "planets and space", _SPACE),
    _subject("animal", "animals", _ANIMALS),
    _subject("geography", "geography", _GEOGRAPHY),
    _subject("body", "the human body", _BODY),
    _subject("science", "everyday science", _SCIENCE),
    _subject(
        "unit",
        "units",
        _UNITS,
        ("How many {a} are in {b}?", "How many {a} are there in {b}?", "{b} is how many {a}?"),
        "the number of {a} in {b} is {v}",
        topics=False,
    ),
    _subject("shape", "shapes and numbers", _SHAPES),
    _subject("computing", "computers", _COMPUTING),
    _subject("culture", "games, music and food", _CULTURE),
)
FACTS = tuple(fact for subject in SUBJECTS for fact in subject.facts)


def _prime(rng: random.Random) -> Fact:
    number = rng.randrange(11, 130, 2)
    prime = all(number % divisor for divisor in range(3, number, 2))
    asks = (f"Is {number} a prime number?", f"Is {number} prime?")
    answer, wrong = ("yes", "no") if prime else ("no", "yes")
    said = f"{{v}}, {number} is {{n}}a prime number"
    true, false = (f"{number} + 10 is {number + 10}.", f"{number} + 10 is {number + 20}.")
    return Fact(
        f"prime-{number}", f"whether {number} is prime", asks, said, answer, (wrong,), true, false
    )


def calculation(rng: random.Random) -> Fact:
    """A calculation with wrong results, and remarks on a step or on one of its numbers."""
    while True:
        sign = rng.choice("++--xx/^%p")
        if sign == "p":
            return _prime(rng)
        most = rng.choice((9, 12, 20, 60))
        a, b, c = rng.randint(2, most), rng.randint(2, most), rng.randint(2, 12)
        gap, share = rng.choice(("", " ")), rng.choice((10, 20, 25, 50, 75))
        text, value, step, stage = {
            "+": (f"{a}{gap}+{gap}{b}", a + b, f"{a}{gap}+{gap}10", a + 10),
            "-": (f"{a + b} - {b}", a, f"{a + b} - 1", a + b - 1),
            "x": (f"{a}{gap}x{gap}{c}", a * c, f"{a}{gap}x{gap}10", a * 10),
            "/": (f"{a * c} / {c}", a, f"10 x {c}", 10 * c),
            "^": (f"{a} squared", a * a, f"{a} x 10", 10 * a),
            "%": (f"{share}% of {20 * b}", share * b // 5, f"5% of {20 * b}", b),
        }[sign]
        equals = "=" if gap == "" and sign == "+" else rng.choice((" = ", " is "))
        equals = " is " if sign == "^" else equals
        wrongs = tuple(dict.fromkeys((compose.near(rng, value), compose.near(rng, value))))
        first, off = int(re.findall(r"\d+", text)[0]), rng.choice((1, 2, 10))
        parity = (f"{first} is an even number.", f"{first} is an odd number.")
        true, false = rng.choice(
            (
                (f"{step}{equals}{stage}.", f"{step}{equals}{stage + off}."),
                (f"{step}{equals}{stage}.", f"{step}{equals}{stage + off}."),
                (f"Twice {first} is {2 * first}.", f"Twice {first} is {2 * first + off}."),
                parity[:: 1 - first % 2 * 2],
            )
        )
        told = {int(number) for number in re.findall(r"\d+", f"{true} {false}")}
        if not told & {value, *wrongs}:
            break
    asks = (f"What is {text}?", f"What's {text}?", f"How much is {text}?", f"{text} = ?")
    said = f"{text}{equals}{{v}}"
    return Fact("", text, asks, said, str(value), tuple(map(str, wrongs)), true, false)


RUBRICS = (
    "Factual accuracy",
    "factual accuracy",
    "Factual accuracy.",
    "FACTUAL ACCURACY",
    "Correctness",
    "correctness",
    "Correctness.",
    "CORRECTNESS",
    "Accuracy",
    "accuracy",
    "Accuracy.",
    "Truthfulness",
    "Truth",
    "Facts",
    "Is it correct?",
    "is it correct",
    "Is it right?",
    "Is this true?",
    "is what it says true?",
    "Correct or not?",
    "Right or wrong?",
    "right or wrong",
    "True or false?",
    "Check the facts.",
    "check facts",
    "Fact check",
    "Fact-check this.",
    "Grade on correctness.",
    "Grade the accuracy.",
    "Only correctness counts.",
    "How correct is it?",
    "How accurate is the response?",
    "how accurate is this",
    "Is the response factually correct?",
    "The response should be factually correct.",
    "Must be correct.",
    "No errors.",
    "No factual errors",
    "Accuracy of the content",
    "Does it get the facts right?",
    "Truthfulness (1 = false, 5 = true)",
    "Correctness, 1 to 5",
    "Accuracy (5 is best)",
    "1 = wrong, 5 = right",
    "Rate how correct it is from 1 to 5.",
)
QUESTION_RUBRICS = (
    "Is the answer true?",
    "Is the answer correct?",
    "is the answer right",
    "Correct answer",
    "correct answer?",
    "Right answer?",
    "Does it answer the question correctly?",
    "Does the response answer correctly?",
    "Answers the question correctly.",
    "The answer must be right.",
    "Accuracy of the answer",
    "Answer is right",
)
"""More of them, which fit where the prompt asks a question."""

FRAMES = (
    "{q}",
    "{q}",
    "{q}",
    "{q}",
    "Quick question: {q}",
    "For my quiz: {q}",
    "My son asks: {q}",
    "My daughter wants to know: {q}",
    "Hi! {q}",
    "Hello! {q}",
    "Hey! {q}",
    "{q} Thanks!",
    "{q} Thank you.",
    "{q} Just the answer, please.",
    "{q} Keep it short.",
    "{q} A short answer will do.",
    "Short answer please: {q}",
    "Trivia time: {q}",
    "Pub quiz, next one: {q}",
    "Homework help: {q}",
    "From a worksheet: {q}",
    "Question for you: {q}",
    "One more: {q}",
    "Next question: {q}",
    "I forgot this one: {q}",
    "Silly question perhaps: {q}",
    "Please help me out. {q}",
    "Can you help? {q}",
    "Test question: {q}",
    "We are arguing. {q}",
    "Crossword trouble again. {q}",
    "My neighbour asks: {q}",
    "For a flash card: {q}",
    "Q: {q}",
    "Question: {q}\nAnswer:",
    "Ok next. {q}",
    "{q} I need it for school.",
    "{q} Asking for a friend.",
    "Sorry to bother you. {q}",
    "Warm-up: {q}",
)
SEVERAL = (
    "Answer briefly:",
    "Four quick questions:",
    "Please answer these four:",
    "Quiz night practice. Answer each one:",
    "My worksheet has these. What are the answers?",
    "Can you help me with the following?",
    "Short answers please.",
    "Test:",
    "Some things I want to know:",
    "A mixed bag for you:",
    "Fill in the answers for me.",
    "Warm-up round:",
    "I never remember these:",
    "Answer in order, please:",
)
ABOUT = (
    "Tell me four things about {s}.",
    "Give me four facts about {s}.",
    "Four facts about {s}, please.",
    "Write down four facts on {s} for my class.",
    "I need four statements about {s} for a poster.",
    "What are four things a child should know about {s}?",
    "List four facts about {s}.",
    "Name four things that are true of {s}.",
)
ABOUT_FRAMES = (
    "{q}",
    "{q}",
    "{q}",
    "Hi! {q}",
    "Hello! {q}",
    "Hey! {q}",
    "{q} Thanks!",
    "{q} Thank you.",
    "{q} Keep it short.",
    "{q} One line each.",
    "Homework help: {q}",
    "Please help me out. {q}",
    "Can you help? {q}",
    "{q} I need it for school.",
)
TOPICS = (
    "Topics: {t}.",
    "Please cover {t}.",
    "One on each of these: {t}.",
    "They should be about {t}.",
    "Take {t}.",
    "Say something on {t}.",
)

HEDGES = (
    "{A}, or maybe {b}.",
    "{A} or {b}, one of the two.",
    "{A}, though {b} is just as likely.",
    "{A}? Or {b}? I cannot tell which.",
    "{A} or {b}.",
    "Hard to say: {a} or {b}.",
    "Perhaps {a}, perhaps {b}.",
    "{s}, or maybe {b}.",
    "{s}; then again, it could be {b}.",
    "{s}, unless it is {b} after all.",
    "{s}, I guess, but {b} would not surprise me either.",
    "{s}, I would say, though perhaps {b} is right.",
    "My first thought is {a}, but {b} seems just as possible.",
    "Either {a} or {b}.",
    "Could be {a}, could be {b}.",
    "I waver between {a} and {b}.",
    "{s}, or {b}, one or the other.",
)
"""Half-answers; `a`, and `s`, a sentence with it, is right or wrong, and `b` the opposite."""

FILLERS = (
    "I hope this helps.",
    "Just ask for more.",
    "On to the next one!",
    "A question I like.",
    "Thanks for the question.",
    "Have a nice day!",
    "Good luck with the rest.",
    "Ask me again any time.",
    "People ask me this a lot.",
    "Send me more like this.",
    "I enjoy questions like this.",
    "Shall we go on?",
    "What else can I do?",
    "Greetings!",
    "Any other questions?",
    "See you soon.",
    "Let me know what comes next.",
    "A classic, this one.",
    "Always happy to answer.",
    "Tell your friends, too.",
    "Is there anything else?",
    "Best wishes!",
)
SURE = (
    "No doubt about it.",
    "I am sure about this.",
    "I have checked it twice.",
    "You can rely on that.",
    "That is all.",
    "Write it down like that.",
    "Case closed.",
    "This much is certain.",
)
"""Fillers that do not go with a half-answer."""
OPENERS = (
    "Good question!",
    "Sure.",
    "Thanks for asking.",
    "Of course.",
    "Hello!",
    "Happy to help.",
    "Glad you asked.",
)

REASONS = {
    5: (
        "{truth}, as the response says{aside}.",
        "The stated answer, {right}, is right{aside_or_fine}.",
        "{truth}; the response gives exactly this{aside}.",
        "{Right} is the right answer{aside_or_fine}.",
    ),
    4: (
        "{truth}, as the response says, but its remark {told} is false.",
        "The answer, {right}, is right; only the side remark {told} is a slip.",
        "{Right} is right. Beside it stands a false remark: {told}.",
        "The question is answered correctly with {right}, yet {told} is not true.",
    ),
    3: (
        "{truth}, but the response wavers between {right} and {wrong}.",
        "It names the right answer {right} but also {wrong}, and settles on neither.",
        "{Right} is right, yet it stands there only as an option beside {wrong}.",
        "Half right: {right} is correct and {wrong} is not, and it does not choose.",
    ),
    2: (
        "{truth}, so {wrong} is wrong; only the remark {told} is true.",
        "The answer is given as {wrong} and should be {right}. Only the remark {told} holds.",
        "It says {wrong} where {right} is right; just {told} beside it is true.",
    ),
    1: (
        "{truth}, so {wrong} is wrong{aside_or_bad}.",
        "The answer is given as {wrong} and should be {right}{aside}.",
        "It says {wrong} where {right} is right{aside_or_bad}.",
    ),
}
"""By degree; `told` is the side remark, and `aside` a clause on it or nothing."""
