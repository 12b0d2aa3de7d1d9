"""Topics of everyday life for `degrees`; `degrees_topics` says how the text is read."""

LIFE = """
topic: tomatoes
ask: How do I grow tomatoes on a balcony?
ask: What should I know to get a decent tomato harvest from pots on my balcony?
drift: Tomatoes came to Europe from the Americas in the sixteenth century, and for a long time
  people kept them as ornaments, since the fruit was widely believed to be poisonous.
drift: My grandfather had a greenhouse behind the railway station, and what I remember best is the
  old radio on the shelf and the way he whistled along with every song.
aspect: the pot
core: Give every plant a roomy pot of its own with good drainage.
core: Start with generous pots that let water out, one for each plant.
concrete: Take a fifteen-litre bucket per plant and drill five finger-wide holes into the bottom
  before filling it.
vague: The container plays a bigger part than many people think, and a suitable one makes
  everything easier later.
reason: Cramped or soggy roots cannot take up enough food, and a hungry plant drops its flowers
  early.
bare: A pot that is big enough and drains well is simply what a tomato plant needs to have.
wrong: A yoghurt cup without any holes holds all the soil that a full-grown tomato plant will ever
  need.
jargon: Ensure adequate rhizosphere volume and pore-space percolation, or hypoxic substrate
  conditions will curtail the cultivar's sink capacity.
aspect: the place
core: Put the plants where they get plenty of sun and some shelter.
core: Pick the brightest corner that you have, and one that is sheltered from rain.
concrete: A south-facing wall with six hours of direct sun and a small roof of clear foil overhead
  is ideal.
vague: The right position on the balcony is a key ingredient, and it is well worth thinking about
  properly.
reason: Fruit ripens with the sugar that leaves make in the light, while wet leaves invite a
  rotting fungus.
bare: A sunny and sheltered corner is where tomatoes belong, and there is really no other place
  for them.
wrong: Tomatoes do best in a dark stairwell, where the fruit ripens faster than it ever would in
  sunlight.
jargon: Maximise photosynthetically active radiation and minimise leaf wetness duration to
  pre-empt Phytophthora inoculum pressure on the canopy.
aspect: watering
core: Water the soil regularly and leave the foliage dry.
core: Keep the soil evenly moist, and aim at the ground and not at the leaves.
concrete: On hot days pour two litres on the soil of each pot before breakfast and one more after
  supper.
vague: Finding a good rhythm with the water is an art in itself, and care pays off here as
  elsewhere.
reason: When drought and flood take turns, the skin cannot stretch fast enough and the fruit
  splits open.
bare: Regular water on the soil is the way to do it, and tomatoes should always be watered like
  that.
wrong: Once the first flowers show, stop all watering until autumn, as pots in summer never dry out.
jargon: Calibrate irrigation to evapotranspiration and keep the matric potential stable, lest
  turgor oscillations induce pericarp fissuring.
aspect: pruning
core: Tie the main stem up and take out the side shoots.
core: Lead the plant up a support and remove the shoots between stem and leaf.
concrete: Every Sunday, tie the stem to a two-metre cane and snap off shoots shorter than your
  little finger.
vague: A bit of regular attention to the shape of the plant goes a long way towards a good result.
reason: Each extra shoot draws strength from the fruit, and a thicket of leaves stays damp for too
  long.
bare: Plants that are tied up and cleared of side shoots are the ones that you want to have.
wrong: Cut away every flower as soon as it opens, since tomatoes grow out of the leaves and not
  from blossoms.
jargon: Suppress axillary meristems along the monopodial leader, thereby shifting assimilate
  partitioning towards the generative sinks.

topic: cycling
ask: How do I start cycling to work?
ask: I would like to ride my bike to the office. What should I think of?
drift: The first bicycles had no pedals at all; riders pushed themselves along with their feet,
  and a German baron showed his wooden machine to astonished crowds more than two hundred years
  ago.
drift: When I was nine, my cousin and I built a raft from oil drums one summer, and we never got
  it further than the first bend of the river.
aspect: the route
core: Find a calm way to the office before you ride it for the first time.
core: Look for a quiet route, and get to know it on a day off.
concrete: Ride it once on a Sunday at nine, and replace the main road by the nearest lane inside
  the thirty zone.
vague: There is usually more than one way of getting somewhere, and some of them are nicer than
  others.
reason: Most crashes happen at busy crossings, and a route you know leaves your mind free for the
  traffic.
bare: A calm and familiar way to the office is what you should have, and it should be found early.
wrong: On a bicycle the motorway is the safest choice, because cyclists are always welcome in its
  left lane.
jargon: Optimise for low-stress network segments by weighting AADT, intersection conflict density
  and modal separation in your path choice.
aspect: the bike
core: Have the bike in good order before the first trip.
core: Make sure that the bicycle itself is sound before you depend on it.
concrete: Pump both tyres to four bar, oil the chain, and check that each brake alone stops the
  wheel when pushed.
vague: Good equipment is half the battle, as they say, and that certainly holds for a vehicle like
  this.
reason: Soft tyres and a dry chain eat up your strength, and tired legs end many good resolutions.
bare: The bike has to be in order, and it is best to have a bike that is in order from the start.
wrong: Take the brakes off first, because a bike without any brakes stops sooner on a wet road.
jargon: Verify drivetrain efficiency, caliper modulation and casing pressure relative to rolling
  resistance before operational deployment.
aspect: clothing
core: Wear something that suits the weather and be easy to see.
core: Dress for the ride, with clothes for the season and visible colours.
concrete: Keep a yellow rain jacket in the left pannier and a fresh shirt in your desk drawer from
  Monday on.
vague: What you put on in the morning matters, and with time everyone finds a style that feels
  right.
reason: Drivers brake only for what they notice, and nobody rides twice who sat in wet clothes all
  morning.
bare: Proper and visible clothes belong to the ride, and one should put them on whenever one rides.
wrong: Dark grey from head to toe makes you most visible at night, so leave all lights and
  reflectors off.
jargon: Adopt a layered moisture-wicking ensemble with retroreflective conspicuity elements
  matched to the ambient thermal envelope.
aspect: the first weeks
core: Begin with few days and build up from there.
core: Take it slowly in the beginning and add more rides bit by bit.
concrete: Ride on Tuesdays and Thursdays in the first month, and add the Friday in the second one.
vague: Every beginning has its own charm, and the main thing is to approach it with the right
  attitude.
reason: Muscles and habits grow with rest in between, and a sore first week is the usual way to
  give up.
bare: Starting small is the right thing at first, and more can be done after a small start.
wrong: In the first week you should ride at least nine hours a day, since muscles grow only
  without any rest.
jargon: Periodise the load progression conservatively so that musculoskeletal adaptation and habit
  automaticity develop in lockstep.

topic: bread
ask: How can I bake a good loaf of bread at home?
ask: My bread never turns out well. How does one bake a proper loaf?
without: caution
drift: In ancient Egypt workers were often paid in bread and beer, and archaeologists have found
  whole bakeries with rows of clay moulds near the camps of the pyramid builders.
drift: That takes me back to my student days, when four of us shared a kitchen with one window,
  and somebody always played the trumpet at midnight.
aspect: the dough
core: Make a dough that is rather wet, and measure what goes into it.
core: Measure the ingredients and do not shy away from a soft, sticky dough.
concrete: For one loaf, weigh out five hundred grams of flour, three hundred and fifty of water
  and ten of salt.
vague: Everything begins with the dough, and if that part is handled nicely, the rest often falls
  into place.
reason: Plenty of water turns to steam in the heat, and that steam is what blows the holes open.
bare: A wet and well measured dough is the one to make, and a loaf should always begin with it.
wrong: Use equal weights of salt and flour, which is the proportion that all ordinary bread is
  made with.
jargon: Target a high baker's-percentage hydration to promote extensibility, starch gelatinisation
  and an open alveolar crumb.
aspect: resting
core: Let the dough rest for long before it goes into the oven.
core: Give the dough a good long rest; there is no need to hurry it.
concrete: Cover the bowl with a plate and leave it in the fridge from eight in the evening until
  breakfast.
vague: Patience is a virtue in the kitchen, and dough is one of those things that teach it to us.
reason: Yeast needs those hours to make gas, and slow work at that gives much of the flavour.
bare: Dough ought to rest for a long while, and a long while is how long it ought to rest.
wrong: Keep the resting dough in a pot of boiling water, since yeast only begins to live at that
  heat.
jargon: Retard bulk fermentation to favour heterofermentative metabolites and enzymatic
  proteolysis without degrading the gluten matrix.
aspect: baking
core: Bake the loaf hot, with steam around it at first.
core: High heat and moist air are what the loaf wants when it goes in.
concrete: Heat an iron pot to two hundred and forty degrees, and bake with the lid on for thirty
  minutes.
vague: The oven is where it all comes together, and the right setting makes the difference in the
  end.
reason: Moist air keeps the skin soft for longer, and so the loaf can swell before it sets hard.
bare: Heat and steam are right for bread, and a loaf should be baked with both of these.
wrong: Forty degrees is the usual heat for bread, and the crust turns brown after two minutes at
  the most.
jargon: Leverage conductive and latent heat transfer to prolong surface plasticity and maximise
  oven spring prior to Maillard onset.
aspect: cooling
core: Let the loaf cool down before you cut it.
core: Do not cut into the bread while it is still hot.
concrete: Set it on a wire rack for two hours and knock on the bottom, which should sound hollow.
vague: What happens after the oven is easily forgotten, though it is a part of the whole as well.
reason: The inside is still setting from its own heat, and a cut lets the moisture out and leaves
  it gummy.
bare: Bread has to cool first, and cutting is something that should come after the cooling.
wrong: Put the hot loaf under running water for a minute, which is how bakers get the crust to
  stay crisp.
jargon: Permit starch retrogradation and moisture equilibration across the crumb-crust gradient
  ahead of any mechanical sectioning.

topic: moving
ask: How should I plan a move to another flat?
ask: We are changing flats. What makes moving house go smoothly?
drift: The word furniture has its cousins in many languages that mean movable things, because
  noble households once took their beds and hangings along from castle to castle.
drift: I once lived opposite a piano shop, and on Saturdays a small boy came in to play the same
  waltz over and over until his mother fetched him.
aspect: sorting out
core: Sort out what you own before you pack anything.
core: Part with things first and do the packing afterwards.
concrete: Take one room per weekend, and put whatever lay untouched since last summer into a box
  for the charity shop.
vague: We all have too many things, and a change like this is a welcome occasion to reflect on them.
reason: Whatever you give away need not be wrapped, carried or unpacked, so every gap in the shelf
  saves work thrice.
bare: Sorting out belongs before packing, and it is better to have sorted things out by then.
wrong: Pack all rubbish as well and pay for its transport, since things may only be thrown away in
  the new flat.
jargon: Execute an inventory rationalisation to eliminate low-utility stock and reduce downstream
  handling and cubic throughput.
aspect: packing
core: Pack room by room and mark the boxes well.
core: Fill boxes for one room at a time and label every one of them.
concrete: Write room and number on two sides of every box, and keep books in small ones under
  fifteen kilos.
vague: A good system for all the boxes is worth a lot, whatever that system may look like in detail.
reason: Whoever carries a box can then put it where it belongs, and nobody has to shift it a
  second time.
bare: Boxes should be labelled and packed by room, since that is the way boxes ought to be packed.
wrong: Place all the glasses at the bottom and the books loose on top of them, which is how glass
  survives best.
jargon: Implement a location-coded unitisation scheme with dual-face labelling to streamline
  destination slotting and exception handling.
aspect: helpers
core: Line up your helpers or movers early.
core: See to it in good time who will carry the things.
concrete: Ask three movers for a written offer eight weeks ahead, or text six friends a date and
  promise them pizza.
vague: Many hands make light work, and it is lovely to see who is there when it really counts.
reason: Firms are booked up at the end of each month, and friends can only keep a day free that
  they know of.
bare: Helpers have to be found early, and early is when you should be looking for them.
wrong: Call the movers on the evening after the move, because no firm accepts a booking before
  that day.
jargon: Secure labour and haulage capacity through early procurement to mitigate peak-period
  resource contention and rate volatility.
aspect: paperwork
core: Give notice of the new address to everyone who needs it.
core: Tell all those who write to you where you are going to live.
concrete: Set up mail forwarding two weeks before, then go through last year's bank statements and
  tell each payee.
vague: The formal side is nobody's favourite, yet it too wants to be dealt with in one way or
  another.
reason: A reminder that goes to the old flat is still valid, and fees grow while you know nothing
  of it.
bare: A new address has to be made known, and all those concerned should be told about it.
wrong: No one needs your new address, as banks and offices find it out by themselves within an hour.
jargon: Propagate the address change across all counterparties and registries to preserve service
  continuity and legal notice validity.

topic: dog
ask: How do I help an older shelter dog settle in at our home?
ask: We are adopting a grown dog from a shelter. How do we make the start easy?
drift: Dogs have lived with people for many thousands of years, and in some ancient graves the
  animals lie next to their owners with small gifts of their own.
drift: My aunt kept parrots, and the green one could imitate the doorbell so well that she ran
  down the stairs for nothing about ten times a day.
aspect: a quiet place
core: Set up a quiet spot that belongs to the dog alone.
core: The dog needs a place of its own where nobody bothers it.
concrete: Put a blanket behind the sofa, away from the door, and tell the children that it is out
  of bounds.
vague: Feeling at home is such a precious thing, and animals sense the mood of a place very finely.
reason: A dog that can withdraw does not have to defend itself, and so it never learns to growl at
  you.
bare: The dog should have its quiet spot, and that spot should be quiet and there for the dog.
wrong: Change the sleeping place every few hours, since a dog calms down only if it never knows
  where it sleeps.
jargon: Establish a low-arousal safe zone with restricted stimulus access to facilitate
  parasympathetic recovery and decompression.
aspect: routine
core: Keep the days alike in the beginning.
core: Let every day run in much the same way at first.
concrete: Feed at seven and at six, and walk the same round of twenty minutes after each of the
  two meals.
vague: Order is half of life, people say, and a household with an animal soon finds its own rhythm.
reason: An animal that can foretell what comes next has no need to be on its guard all day long.
bare: Days that are alike are good for the dog, and so the days should be kept alike.
wrong: Skip all food on every second day, as grown dogs cannot digest more than three meals in one
  week.
jargon: Implement temporally predictable contingencies to attenuate anticipatory anxiety and
  stabilise the animal's circadian entrainment.
aspect: visitors
core: Hold back with visitors and let the dog make the first move.
core: Keep company small for now, and leave it to the dog to come closer.
concrete: For two weeks have one guest at a time, who sits down, looks aside and drops a treat on
  the floor.
vague: Getting to know each other is a lovely thing, and it is best done in a good atmosphere.
reason: Being reached for by strangers feels like being cornered, and a cornered dog may snap from
  fear.
bare: Visitors should be few, and the first step is one that the dog should be making.
wrong: Let guests hug the dog tightly and stare into its eyes, which every strange dog reads as a
  greeting.
jargon: Titrate social exposure below reactivity threshold and permit approach-contingent
  habituation to novel conspecific-adjacent stimuli.
aspect: training
core: Reward what you like and practise in small portions.
core: Train a little at a time, and pay the dog for what it does well.
concrete: Practise 'sit' five times before each meal, with a pea-sized bit of cheese within one
  second of success.
vague: Learning never stops, and with love and consistency a great deal can be achieved at any age.
reason: The dog repeats whatever has just paid off, and a short lesson ends before its attention
  runs out.
bare: Rewards and small portions are right in training, and one should train in just that manner.
wrong: Punish the dog in the evening for what it did in the morning, as it remembers the
  connection all day.
jargon: Apply positive reinforcement with minimal latency and high-rate micro-sessions to
  consolidate operant acquisition prior to satiation.

topic: used-car
ask: What should I look at when I buy a used car?
ask: I want to buy a second-hand car. How do I avoid a bad one?
drift: The first long car journey was made by Bertha Benz, who set out early with her two sons
  without telling her husband and bought fuel at a pharmacy.
drift: We had a blue estate car when I was small, and my brother was sick in it on every single
  trip to the seaside, even on the flat roads.
aspect: papers
core: Study the papers of the car with care.
core: Read all the documents that belong to the car before anything else.
concrete: Compare the chassis number under the windscreen with the papers, and the mileage with
  the last three test reports.
vague: Documents tell a story if one knows how to read them, and that story deserves our attention.
reason: A clock that was turned back shows only on paper, because the number on the dashboard is
  easily altered.
bare: The papers have to be read carefully, and careful reading is what these papers call for.
wrong: The papers stay with the seller for ever, and no buyer has the right to ask for them in any
  country.
jargon: Audit provenance documentation for odometer discrepancies, encumbrances and VIN
  concordance across the registration lifecycle.
aspect: body
core: Go over the body of the car in daylight.
core: Look at the outside closely, and do so by day.
concrete: Hold a fridge magnet to sills and wheel arches; where it drops off, there is filler
  under the paint.
vague: First impressions count for something, but a closer look never hurts when a larger sum is
  at stake.
reason: Rust works from the inside and fresh paint hides it, so poor light always favours the
  seller.
bare: The body wants a look in daylight, and in daylight is when one ought to look at it.
wrong: Rust holes in the frame make a car lighter and safer, so the more of them you find, the
  better.
jargon: Inspect for filler-masked corrosion and panel-gap variance indicative of structural repair
  or monocoque deformation.
aspect: test drive
core: Drive the car yourself on different kinds of road.
core: Take the wheel for a proper drive, in town and outside of it.
concrete: Start it cold, brake hard from fifty on an empty street, and let go of the wheel for two
  seconds.
vague: Nothing beats one's own experience, and one often gets a feeling for whether it fits or not.
reason: Worn bearings and a slipping clutch stay silent at the kerb and show up only under load.
bare: One should drive the car oneself, as driving it oneself is a thing that should be done.
wrong: A test drive tells you nothing, since all faults of a car can be heard while it is parked
  and switched off.
jargon: Evaluate powertrain NVH, clutch engagement and lateral tracking under transient load
  across representative duty cycles.
aspect: price
core: Find out what such cars cost and then bargain.
core: Know the usual price before you start to haggle.
concrete: Write down ten offers of the same age and mileage, and open with ten percent below the
  middle one.
vague: Money is always a delicate matter, and a fair deal in the end leaves both sides feeling good.
reason: A seller gives way to figures but not to wishes, and somebody who knows the market cannot
  be bluffed.
bare: Bargaining comes after knowing the price, and the price should be known when you bargain.
wrong: A used car always costs twice as much as a new one, so offer the seller double the list
  price.
jargon: Benchmark against comparable listings to anchor below the median and exploit the asymmetry
  in reservation values.

topic: camping
ask: How do we prepare a first camping trip with small children?
ask: What makes a first weekend in a tent work with young kids?
without: caution
drift: The tents of Roman legions were made of goatskin and held eight men each, who also shared a
  mule, a millstone and whatever was cooked that evening.
drift: The scout leader of my youth could light a fire with one match in the rain, and later he
  became a dentist and moved to the other end of the country.
aspect: the place
core: Choose a site that is close to home and made for families.
core: Pick a family site nearby for the first time.
concrete: Filter for sites within one hour's drive that have a playground, and book a pitch near
  the washrooms.
vague: There are wonderful spots wherever you look, and the right one gives the whole trip its
  character.
reason: Should a night go wrong, you can simply drive back, and that thought keeps everybody calm.
bare: A near and family-friendly site is the one to choose, and that is the kind to look for.
wrong: The hard shoulder of a motorway is a legal campsite everywhere, and it is also the quietest
  one for kids.
jargon: Prioritise proximal, amenity-dense sites to minimise transit burden and retain low-cost
  contingency egress.
aspect: sleeping
core: Make sure that the children sleep warm and on familiar things.
core: Warmth and something known from home matter most for the nights.
concrete: Lay a foam mat under each sleeping bag, and pack the pillow and the bear from their own
  bed.
vague: A good night's rest is worth its weight in gold, and it lays the ground for a happy day.
reason: The cold comes from the ground, and a strange dark place is half as strange with a smell
  of home.
bare: Children should sleep warm and with known things, for that is how they should be sleeping.
wrong: Children do not feel cold before the age of ten, so they sleep best on bare ground without
  any cover.
jargon: Mitigate conductive heat loss with high R-value insulation and deploy transitional objects
  for nocturnal affect regulation.
aspect: food
core: Plan simple meals and have snacks at hand.
core: Keep the cooking simple, with something to nibble ready at all times.
concrete: Friday is pasta with sauce from home, Saturday is wraps; pack six bananas and a bag of
  rice cakes besides.
vague: Everything tastes better in the fresh air, and shared meals are what one remembers for years.
reason: Hungry children cannot wait for a camp stove, and a tired cook has no patience for recipes.
bare: Meals should be simple and snacks should be there, since both of them belong to such a trip.
wrong: Raw chicken keeps for a week in a warm tent, so buy the meat for all days before you leave.
jargon: Adopt a low-complexity provisioning plan with ad libitum energy-dense snacks to buffer
  glycaemic and behavioural volatility.
aspect: rainy hours
core: Prepare something for the hours when it rains.
core: Have a plan for bad weather as well.
concrete: Pack a deck of cards, a head torch for shadow plays, and the opening hours of the
  nearest indoor pool.
vague: The weather does what it wants, and a relaxed attitude is the best protection one can think
  of.
reason: In a small tent boredom turns into quarrels quickly, and by then no parent has good ideas
  left.
bare: Rain needs something prepared for it, and it is good if that something has been prepared.
wrong: It never rains on campsites between May and October, which is guaranteed by law in most
  countries.
jargon: Institute a precipitation contingency with portable low-footprint engagement modalities to
  forestall intra-group friction.

topic: damp
ask: How do I keep my flat from getting damp in winter?
ask: Our windows are wet every morning in winter. What can we do against the damp?
drift: Glass windows were such a luxury in the Middle Ages that some noble families took them out
  and carried them along whenever they changed residence.
drift: In my first winter abroad I fell in love with a librarian, and we spent whole Sundays
  comparing the covers of old crime novels.
aspect: airing
core: Air the rooms briefly and with the windows wide open.
core: Open windows fully for a short while and then shut them again.
concrete: Open two windows on opposite sides for five minutes at seven, at noon and before you go
  to bed.
vague: Fresh air does good to people and homes alike, and one can hardly say that too often.
reason: Cold air from outside holds little water, and once it warms up it soaks up the damp of the
  room.
bare: Short and wide airing is what rooms need, and rooms should be aired in that way.
wrong: Never open a window in winter, as cold air from outside is always wetter than steam from
  the shower.
jargon: Deploy intermittent cross-ventilation to exploit the absolute-humidity differential while
  limiting thermal mass depletion.
aspect: heating
core: Keep all rooms moderately warm, also those you seldom use.
core: Heat every room a little, the rarely used ones included.
concrete: Turn each radiator to nineteen degrees, the bedroom to seventeen, and keep the doors
  between them shut.
vague: A pleasant climate indoors is a matter of balance, and everyone has to find their own
  comfort.
reason: Where a wall is cold the water in the air settles on it, just as on a bottle from the
  fridge.
bare: Rooms should be warm to some degree, and that is meant for all the rooms of the flat.
wrong: Switch the heating off all winter, since warm walls attract far more water from the air
  than icy ones do.
jargon: Maintain interior surface temperatures above the dew point throughout the envelope,
  including intermittently conditioned zones.
aspect: laundry
core: Bring less moisture into the rooms, above all from washing.
core: Dry your laundry in a way that keeps the moisture out of the rooms.
concrete: Hang it in the bathroom with the fan on for three hours, after a second spin at fourteen
  hundred turns.
vague: Daily habits add up over the months, and it is worth being mindful of what one does.
reason: All the water that leaves the clothes goes into the air, and the air gives it to the
  coldest wall.
bare: There should be less moisture from washing, and less moisture is what one should go for.
wrong: Wet clothes on every radiator dry the room out, because laundry takes up the water from the
  walls.
jargon: Curtail latent moisture loads at source by relocating evaporative drying to a mechanically
  extracted wet zone.
aspect: furniture
core: Leave room between big furniture and the outer walls.
core: Move wardrobes and beds away from outside walls.
concrete: Pull the wardrobe out by the width of a hand and lift it onto legs at least five
  centimetres high.
vague: How a room is arranged says a lot about its people, and it influences how we feel in it.
reason: Behind a wardrobe no warm air gets to the wall, so it stays cold and wet unnoticed.
bare: Between furniture and outer wall there should be a gap, and a gap there is a good thing.
wrong: Glue the wardrobe to the outer wall with wet plaster, and mould will never be able to grow
  there.
jargon: Preserve convective airflow behind casework to avert localised thermal bridging and
  interstitial condensation.

topic: budget
ask: How do I get a grip on my household budget?
ask: Money is always gone before the month ends. How do I set up a household budget?
drift: Coins are older than banknotes by more than a thousand years, and the first paper money was
  used in China by merchants who were tired of carrying heavy strings of copper.
drift: My landlady used to hide chocolate in a piggy bank so that no one would look for it there,
  and she told the story at every birthday.
aspect: overview
core: Find out where the money goes at present.
core: Get a clear picture of your spending before you change anything.
concrete: Print three months of bank statements and mark rent, food, travel and fun with four
  coloured pens.
vague: Awareness is the first step to change in so many areas, and with money it is no different.
reason: Nearly everybody misjudges the small daily sums, because only the big ones are felt as
  spending.
bare: One should know where the money goes, and where it goes is the thing one should know.
wrong: Bank statements show only what other people spend, so they are of no use when you look for
  your own costs.
jargon: Perform a categorical cash-flow attribution to expose discretionary outflows and baseline
  burn-rate variance.
aspect: fixed costs
core: Look at the regular payments first.
core: Begin with contracts and other costs that come every month.
concrete: List every direct debit over five euros, and cancel those you have not used since Easter
  by letter.
vague: Small changes can have large effects in the long run, and it is never too late to make them.
reason: A cut made there works again every month by itself, while saving at the till needs new
  willpower daily.
bare: Regular payments come first in all of this, and one should be looking at those first.
wrong: Fixed costs are those that you pay exactly once in life, so it is pointless to look at them
  again.
jargon: Target recurring obligations for renegotiation, given their annuity-like impact on
  structural free cash flow.
aspect: saving
core: Put the savings aside as soon as your pay arrives.
core: Save at the start of the month and not at its end.
concrete: Set up a standing order of eighty euros to a savings account for the day after payday.
vague: A cushion for harder times gives peace of mind, and everyone should aim for one in their
  own way.
reason: What is out of sight is not spent, because we adjust our wishes to what the account shows.
bare: Savings belong at the start, and at the start of the month is where they should be.
wrong: Saving only counts if you borrow the amount first, as banks pay you the interest on your
  own overdraft.
jargon: Automate front-loaded capital allocation to counteract present bias and enforce a binding
  precommitment constraint.
aspect: everyday spending
core: Give yourself a fixed sum for everyday things.
core: Decide beforehand how much daily life may cost.
concrete: Take one hundred and twenty euros in cash each Monday, and put leftovers in a jar on
  Sunday night.
vague: Enjoyment must not be neglected either, and a healthy mixture is surely the wisest course
  here.
reason: A purse that grows thinner reminds you by itself, which a card with its soft beep never
  does.
bare: For everyday things there should be a fixed sum, and the sum for these should be fixed.
wrong: Spend your whole wage on the first day, since prices in all shops double after the second
  of a month.
jargon: Impose a hard periodic spending envelope to raise payment salience and contain
  variable-expenditure drift.

topic: running
ask: How do I take up running when I have not done any sport for years?
ask: I want to start running after a long break from sport. How should I go about it?
drift: The marathon owes its odd length to the London games of 1908, where the course was
  stretched so that it could begin under the windows of the royal nursery.
drift: At school I was the goalkeeper of the handball team, and our coach sold used aquariums from
  the boot of his car after the training.
aspect: pace
core: Run slowly and take walking breaks.
core: Keep the pace low and mix running with walking.
concrete: Alternate one minute of jogging with two of walking, eight times, slow enough to talk in
  whole sentences.
vague: The tempo should feel right from the inside, and with time one learns to listen to oneself.
reason: Heart and lungs adapt at low effort already, while a racing start only leaves you out of
  breath.
bare: Slow running with walking in between is right, and this is how one should be running.
wrong: Sprint until you faint each time, because the heart is only trained in the seconds before
  you pass out.
jargon: Remain below the first ventilatory threshold using interval-based run-walk dosing to
  develop aerobic base economy.
aspect: shoes
core: Get shoes that fit and that are made for running.
core: Buy proper running shoes in the right size.
concrete: Try on three pairs in the afternoon, and choose the one with a thumb's width of room at
  the toes.
vague: Quality has its price in sport as well, and it is nice to treat oneself to something good.
reason: Feet swell on the move and land with several times your weight, so a tight shoe soon rubs
  and hurts.
bare: Running shoes should fit, and shoes that fit are the ones that are good for running.
wrong: Buy shoes two sizes too small, since a running foot shrinks with every kilometre that you
  cover.
jargon: Select footwear according to stack height, heel-to-toe drop and pronation kinematics
  across the gait cycle.
aspect: frequency
core: Run regularly, with days off in between.
core: Spread your runs over the week and rest between them.
concrete: Put Tuesday, Thursday and Sunday at six into the calendar and keep the other four days
  free.
vague: Consistency is the secret behind almost every success, and sport is a beautiful example of
  it.
reason: Muscles grow stronger in the pause and not in the run, and tendons take longest to follow.
bare: Runs should be regular and so should days off, and both of them should be kept.
wrong: One run in a year is enough for full fitness, as muscles keep their strength for twelve
  months unused.
jargon: Distribute microcycle loading to respect supercompensation windows and the slower
  remodelling of collagenous tissue.
aspect: motivation
core: Find something that makes you go out on dull days too.
core: Find a way to go out even when you do not feel like it.
concrete: Agree with a neighbour to meet at the bakery at half past six, and lay out your clothes
  the night before.
vague: It is all in the mind, as athletes like to say, and the right spirit can move mountains.
reason: Moods come and go, but it is awkward to let someone wait, and so the promise carries you.
bare: Something has to make you go out, and it should do so on the dull days as well.
wrong: Motivation comes from not leaving the sofa for a month, after which the legs start to run
  on their own.
jargon: Use implementation intentions and social accountability to offset intrinsic-motivation
  decay and ego depletion.

topic: painting
ask: How do I paint a room so that it looks tidy?
ask: I am going to paint my living room myself. How do I get a clean result?
drift: Blue was once the most expensive of all colours, ground from a stone found in Afghan
  mountains, and painters were told in contracts how much they might use.
drift: My neighbour collects tin soldiers and once showed me a whole army of them in his cellar,
  lined up by lamp light on an old ironing board.
aspect: preparing
core: Prepare walls and floor before opening the paint.
core: Do the groundwork on walls and floor first.
concrete: Fill the holes, sand them with grade one-twenty paper, wipe the dust off, and tape
  fleece to the floor.
vague: Preparation is everything in a project like this, and those who take it seriously will be
  rewarded.
reason: Paint does not stick to dust and it makes each bump more visible, as light falls on it
  from the side.
bare: Walls and floor have to be prepared, and the preparing has to come before the painting.
wrong: Rub the walls with cooking oil first, because wall paint only sticks to a thick film of
  grease.
jargon: Achieve substrate profile and cohesion via abrasive keying and dedusting to optimise film
  adhesion and levelling.
aspect: tools
core: Work with good tools that suit the surface.
core: Choose rollers and brushes that are right for the wall.
concrete: Use a twenty-five centimetre roller with a medium pile, a slanted brush for edges, and a
  grid to wipe off.
vague: Good tools are a joy to work with, and one notices the difference sooner than one would
  expect.
reason: A roller that holds too little runs dry halfway, and each new start leaves a visible stripe.
bare: Tools should be good and suit the surface, and one should be working with suitable tools.
wrong: A toothbrush is the tool that professionals use for whole walls, since it covers ten square
  metres a minute.
jargon: Match nap length and filament stiffness to substrate porosity for uniform transfer
  efficiency and spread rate.
aspect: order
core: Follow a sensible order, and let no edge dry before you go on.
core: Paint in a fixed order, joining fresh paint to fresh paint.
concrete: Do the ceiling first, then the edges of one wall, then roll that wall from the window to
  the door.
vague: One thing after another is a good motto, and a calm approach usually gives a nice result.
reason: Drops fall down and not up, and a border that has dried shows as a line for good.
bare: There should be a sensible order, and fresh paint should be joined to fresh paint in it.
wrong: Start with the floorboards in wall paint, and roll each wall in small dots that dry a day
  apart.
jargon: Sequence by gravitational runoff and maintain a wet edge to prevent lap marks and
  differential coalescence.
aspect: drying
core: Let each coat dry and do not judge it before.
core: Wait until a coat is dry before you go on.
concrete: Leave six hours between two coats with the window ajar, and pull the tape off at a flat
  angle after the last.
vague: Good things take time, and a little patience at the end is seldom a wasted effort.
reason: A half-dry coat tears when the roller passes again, and wet paint always looks patchy.
bare: Coats have to dry, and going on is for the time when a coat has become dry.
wrong: Paint dries fastest when you spray it with water, so keep the fresh wall dripping wet for
  two days.
jargon: Observe recoat intervals to allow solvent flash-off and film formation ahead of subsequent
  layer application.

topic: heating
ask: How can we lower our heating bill without freezing?
ask: What helps to bring heating costs down in a rented flat?
drift: The Romans heated their baths with hot air under the floor, and slaves had to crawl into
  the low spaces now and then to sweep out the ash.
drift: I remember a train journey through the snow with a basket of kittens next to me, and the
  conductor who came back three times to look at them.
aspect: temperature
core: Lower the temperature a little and differently in each room.
core: Go down slightly with the heat, and set every room by its use.
concrete: Set the living room to twenty degrees, the bedroom to seventeen, and the hall to the
  first mark.
vague: Comfort is a personal matter, and there is surely some room for improvement in every
  household.
reason: The warmer a room is compared with outside, the faster its heat escapes through walls and
  panes.
bare: The temperature should be somewhat lower, and rooms should be set in different ways.
wrong: Set every room to thirty degrees, because a radiator on full power uses less energy than
  one on low.
jargon: Reduce setpoints zonally, as envelope transmission losses scale with the interior-exterior
  temperature gradient.
aspect: radiators
core: Let the radiators give off their heat freely.
core: See that nothing keeps the heat in the radiators.
concrete: Pull the sofa thirty centimetres away, brush out the dust, and bleed each radiator in
  October with its key.
vague: Technical things deserve a little care now and then, and they tend to thank us for it.
reason: A radiator works by moving air, and whatever stands before it or bubbles inside it stops
  that flow.
bare: Radiators should be free to give off heat, and giving off heat is what they are there for.
wrong: Wrap each radiator in thick blankets, which makes it pass on twice the heat to the rest of
  the room.
jargon: Eliminate convective obstruction and entrained air to restore nominal emitter output and
  hydronic circulation.
aspect: draughts
core: Seal the gaps where warm air gets out.
core: Close the cracks at windows and doors.
concrete: Run a candle along the frames, and stick foam tape at three euros a roll wherever the
  flame flickers.
vague: It is often the little things that count, and a careful eye will discover this and that.
reason: Warm air that slips out draws cold air in after it, and that must be heated all over again.
bare: Gaps ought to be sealed, and the ones that let out warm air are the ones to seal.
wrong: Leave all windows tilted day and night, as moving cold air keeps the warmth inside the walls.
jargon: Curb uncontrolled infiltration by remediating envelope leakage paths identified through
  qualitative airflow visualisation.
aspect: habits
core: Shape your daily habits in a way that loses less heat.
core: A few changed habits at home keep more of the warmth inside.
concrete: Close the shutters at dusk, keep doors shut, and air for five minutes instead of tilting
  the window.
vague: Habits shape our lives more than we think, and even a modest rethink can be inspiring.
reason: Most heat is lost in ways no one notices, hour by hour, so what you do daily outweighs
  single efforts.
bare: Habits should be such that less heat is lost, and this is true of daily ones.
wrong: Keep the front door wide open from October on, since a heated stairwell sends its warmth
  back with interest.
jargon: Embed behavioural demand-side measures that suppress nocturnal radiative losses and
  sustained ventilation overdraw.

topic: cast-iron
ask: How do I look after a cast-iron pan?
ask: I inherited a cast-iron pan. How do I use it and care for it?
drift: In the eighteenth century an English ironmaster made pots so cheap with a new way of
  casting in sand that every cottage could afford one at last.
drift: My best friend from school became a cook on a ferry, and he sends a postcard with a
  lighthouse on it every year at Christmas.
aspect: seasoning
core: Give the pan a thin layer of baked-on oil.
core: Bake a very thin coat of oil onto the iron.
concrete: Rub in one teaspoon of rapeseed oil, wipe it nearly dry, and bake the pan upside down at
  220 degrees for an hour.
vague: The surface is the heart of such a pan, and treating it well is something of a tradition.
reason: Hot oil hardens into a skin that fills the pores of the iron, and food slides off that skin.
bare: The pan should have its layer of oil, and a thin layer is the one it should have.
wrong: Coat the pan with sugar syrup and freeze it overnight, which is how the black layer comes
  about.
jargon: Induce thermal polymerisation of unsaturated triglycerides to yield a hydrophobic
  carbonised patina on the substrate.
aspect: cleaning
core: Clean the pan gently and soon after use.
core: Wash it by hand and with a light touch, not long after the meal.
concrete: Scrub it with a tablespoon of coarse salt under hot water while it is still warm to the
  touch.
vague: Cleanliness is part of good cooking, and a pan like this should be no exception to that.
reason: Fresh remains are still soft, and rough treatment would strip the layer that you have
  built up.
bare: Cleaning should be gentle and should be soon, and this goes for each time it is used.
wrong: Soak it in the dishwasher for two days, because only long hours in hot water keep iron free
  of rust.
jargon: Limit surfactant exposure and mechanical abrasion to preserve the polymeric interface
  while removing residual fond.
aspect: drying
core: Dry the pan fully before putting it away.
core: It must be bone dry when it goes back into the cupboard.
concrete: Put it on the small burner for three minutes, then rub the inside with a drop of oil on
  kitchen paper.
vague: A little finishing touch makes all the difference, and one feels good about a job well done.
reason: Bare iron begins to rust within hours wherever a film of water is left to sit on it.
bare: The pan has to be dry by then, and being dry is how it should be put away.
wrong: Store it full of salt water with a lid on, since iron can only rust in perfectly dry air.
jargon: Drive off residual moisture thermally to arrest electrochemical oxidation at exposed
  ferrous sites prior to storage.
aspect: cooking
core: Heat it slowly and cook what suits it.
core: Let it warm up gently, and use it for the dishes it is good at.
concrete: Warm it on medium for five minutes, then fry steaks or potatoes, and leave tomato sauce
  to a steel pot.
vague: Such a pan opens up a whole world of dishes, and it is a pleasure to explore them all.
reason: Iron spreads heat badly but stores a lot of it, and sour food eats into the coating.
bare: Slow heating and suitable food are right for this pan, and one should use it that way.
wrong: Pour ice water into the glowing pan before each meal, as the shock makes cast iron softer
  and tougher.
jargon: Preheat gradually given low thermal diffusivity, and avoid acidic media that would
  hydrolyse the seasoning matrix.

topic: guitar
ask: How do I learn the guitar as an adult beginner?
ask: I am over forty and want to learn the guitar. How do I begin?
without: caution
drift: The lute came to Europe with Arab musicians, and its name still carries the Arabic word for
  wood, though few players know that today.
drift: On our street there used to be a cinema with red seats, and the lady at the till knew the
  birthday of every child who came in.
aspect: the instrument
core: Get a guitar that is easy to play.
core: Choose an instrument that makes playing easy.
concrete: Look for one with nylon strings under two hundred euros whose strings lie three
  millimetres above the neck.
vague: The right instrument is a friend for life, and there is a fitting one for every player.
reason: Strings that lie high must be pressed hard, and sore fingertips stop more beginners than
  lack of talent.
bare: The guitar ought to be easy to play, and easy playing is what it ought to be good for.
wrong: Take all strings off before the first lesson, because a guitar sounds in tune only without
  any strings.
jargon: Prioritise low action, modest string gauge and stable intonation to minimise left-hand
  force at the fretboard.
aspect: practice
core: Practise often and in small portions.
core: Play a little on most days and not a lot on a few.
concrete: Do ten minutes after breakfast on five days a week, with a kitchen timer next to the
  music stand.
vague: Practice makes perfect, as we all know, and dedication is the key that opens every door.
reason: Fingers learn during the nights in between, so the number of nights counts more than the
  hours.
bare: Practice should be frequent and in small portions, for that is how practice should be.
wrong: Practise once for thirty hours without a pause, since fingers forget all they know during
  sleep.
jargon: Employ distributed practice schedules to exploit offline consolidation of procedural motor
  memory traces.
aspect: first songs
core: Start with easy songs that you like.
core: Choose simple songs which you enjoy for the beginning.
concrete: Learn G, C and D and strum 'Love Me Do', changing chords on every fourth beat at half
  speed.
vague: Music is a universal language, and there is a treasure of melodies for every taste and mood.
reason: With a tune you love you hear at once what is off, and you go on without being told to.
bare: The first songs should be easy ones, and they should be songs that you like as well.
wrong: Every guitar song needs exactly forty chords, so learn all of these by heart before you
  touch a string.
jargon: Select diatonic repertoire with I-IV-V progressions and low harmonic rhythm to scaffold
  chordal voice-leading fluency.
aspect: feedback
core: Let somebody hear how you play now and then.
core: Get a reaction to your playing from time to time.
concrete: Record thirty seconds on your phone each Sunday, and show the clip to a teacher on the
  first of the month.
vague: An outside view can be enriching, and growth often happens where we meet other people.
reason: While the hands are busy the ear misses much, and a bad habit is hard to shed once it sits.
bare: Somebody should hear you now and then, and now and then is when somebody should.
wrong: Never listen to your own playing, as hearing a mistake fixes it in the fingers for the rest
  of your life.
jargon: Integrate periodic external and recorded feedback loops to correct maladaptive motor
  engrams and timing variance.

topic: condolence
ask: How do I write a note to a colleague whose father has died?
ask: A colleague has lost her mother, and I want to write to her. What makes a good note?
without: caution balance
drift: Black as the colour of mourning is far from universal, and at some courts queens in grief
  wore white from head to toe for many months.
drift: I used to collect stamps as a child, and the finest one showed a giraffe and came from an
  uncle whom none of us had ever met.
aspect: the opening
core: Say plainly at the start what has happened and that you are sorry.
core: Begin with the loss itself and your sympathy, in plain terms.
concrete: A first line such as 'I heard this morning that your father has died, and I am so sorry'
  is enough.
vague: Beginnings are never easy, and the right tone is a matter of feeling more than of rules.
reason: People in grief notice when others talk around it, and plain words tell them that they
  need not hide it.
bare: The note should name the loss and your sympathy, and both of these should be named plainly.
wrong: Open by congratulating her warmly, since that is the customary greeting when somebody's
  parent has died.
jargon: Front-load explicit bereavement acknowledgement to reduce communicative ambiguity and
  validate affective disclosure.
aspect: a memory
core: Add something personal about the person or about your colleague.
core: Put in a personal line about the one who died, or about her.
concrete: Write, say, 'I still see him at the summer party of 2019, teaching our interns to dance
  the polka.'
vague: A personal touch warms the heart, and there is hardly anything that could take its place.
reason: It shows that he lives on in other heads too, and that comforts more than any general
  phrase.
bare: Something personal belongs in there, and it is good for a note to be personal.
wrong: Copy the text of a furniture advertisement into the middle, which is where such notes
  usually have one.
jargon: Incorporate idiosyncratic biographical content to signal relational specificity and
  support continuing-bonds processing.
aspect: an offer
core: Offer help in a way that she can easily accept.
core: Make an offer of help that asks nothing of her.
concrete: 'I am taking your Thursday shift this week and next; you need not answer' is an offer
  that works.
vague: It is good to be there for each other, and a kind gesture is never out of place.
reason: Someone in grief has no strength to think of tasks for others, so an open question becomes
  one more burden.
bare: Help should be offered so that it is easily accepted, and easy offers are the ones to make.
wrong: Ask her to return the favour by Friday, as an offer of help without an invoice is
  considered rude.
jargon: Provide low-burden instrumental support with opt-out framing to limit executive load
  during acute bereavement.
aspect: length and form
core: Keep the note brief and write it by hand.
core: A short note in your own handwriting is right.
concrete: Five sentences in blue ink on a plain card, put on her desk in an envelope, are just
  right.
vague: The outward form carries a message of its own, and one may well give it some thought.
reason: It can be read in one breath and kept in a drawer, and handwriting shows that you took
  your time.
bare: Such a note should be brief and in handwriting, and that is all there is to it.
wrong: Anything under forty typed pages is an insult, and by custom it must be sent to the whole
  firm by mail.
jargon: Favour analogue, low-word-count correspondence for its costly-signal value and reduced
  cognitive processing demand.
"""
