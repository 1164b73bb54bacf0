"""Given names that stand for each other: full forms, short forms and their forms in other
languages.

Own collection from general knowledge (English, Polish, German; the commonest French, Spanish,
Italian and Russian forms). Groups are separated by bars; a name may stand in several groups
(Alex, Chris).
"""

from __future__ import annotations

VARIANT_GROUPS = """
aaron aron ron ronnie | abigail abby abbie gail abigayle abigale | abraham abe abram bram abrahem
ibrahim | adalbert wojciech wojtek adelbert albrecht bert albert al bertie alberto | adam adamek
adas adamo | adele adela adelaide adelheid heidi ada addie adelina adeline | agatha agata aggie
agathe agatka | agnes agnieszka aga agnese inez ines agnessa agusia | alan allan allen alain al
alun | albin albinus | aleksander alexander alex alec aleks olek xander sander sasha sascha
alexandre alessandro alejandro al sandy lex alister alistair alasdair iskander | aleksandra
alexandra ola alex sandra sasha sandy alexa lexi lexie alessandra alejandra alix olenka | alfred
alfredo fred al alfie alf freddie | alice alicja alicia alyssa alisa ala alisha alycia alyson
allison alison ali allie alizia | amanda mandy manda amandine | amelia amelie amy emilia millie
milly emily emilie emma | anastasia anastazja stacy stacey ana asia nastia nastya tasia | andrew
andrzej andreas andre andy drew andrea andrei andrey andres anders jedrek andrzejek | angela
angelika angelica angie aniela angelina angel angeline | anna ann anne annie anya ania hanna
hannah anka hania anita nancy nan anja annika ana aneta annette anneke anneliese anuska antje |
anthony antoni anton tony antonio antoine antek antony toni antonin | antonia antonina tosia toni
antoinette tonia antonella | arkadiusz arek arkady arkadi | arnold arnie arne arnaud | arthur
artur art artie arturo artek | astrid asta | audrey audra | august augustus augustine augustyn gus
gustav gustaw augustin agustin | barbara basia barb barbie babs barbra bara baska | bartholomew
bartlomiej bartosz bartek bart barthel bartolomeo bartholomaus | beatrice beatrix beata bea trixie
beatriz beatrycze beate trish | benedict benedykt benedikt ben bennie benny benedetto benito |
benjamin ben benny bennie beniamin benji benek benjamen | bernadette bernadeta bernie bernadetta |
bernard bernhard bernie bernd berndt bernardo benek | bianca blanka bianka blanche | boleslaw
bolek boles | bogdan bohdan bogus | boguslaw bogus bogdan | bonnie bonita | bradley brad bradly |
brandon brand brendan brendon branden | brenda brandy brandi | brian bryan bryant brien ryan |
bridget brygida brigitte birgit bridgette biddy brigid brigitta birgitta britta gitta gitte |
bronislaw bronek | bronislawa bronka bronia | calvin cal vin | cameron cam | camille kamila
camilla kamilla cami millie kama | carl karl charles karol carlos carlo chuck charlie charley chas
chaz chip karolek carol carel | carla karla | caroline karolina carolina carrie carol carolyn
karola caro carolin lina line karolinka karoline carole caryl | casimir kazimierz kazik kasimir
casey kazek | cassandra kassandra cass cassie sandra casandra | catherine katherine katarzyna
katharina kate kathy cathy kasia katie kat kathryn katrina katja kay kitty kathleen catalina
caterina ekaterina katerina karen karin kathrin katrin katharine cathryn catharina cathleen katia
katya trina kathi kati katka kaska kaja | cecilia cecylia cecile celia cilla sissy cecily cila |
charlotte lottie lotte charly charlie lola carlotta karlotta szarlotta | chester czeslaw chet
czesiek | christine christina krystyna kristina kristine christa tina chris chrissy christiane
kristin kirsten krysia cristina christie christy kristy kristi kirstin kerstin chrystyna tine |
christian krystian kristian chris christiaan cristian | christopher krzysztof christoph chris kit
topher kris cristobal christophe kristopher krzys krzysiek kristof toph cristoforo | clara klara
claire clare chiara klare clair | claudia klaudia claudine claude | clement klemens clem clemens
clemente | clifford cliff clif | conrad konrad kurt conny curt con | constance konstancja connie
constanze constanza konstanze | constantine konstanty konstantin kostek costas kostas konstantinos
| cornelia kornelia connie nelly neele nele | cornelius kornel corneel neil niels cees con |
curtis curt kurt | cynthia cindy cintia cyndi | cyril cyryl kirill | dagmar dagmara | damian
damien daemon | daniel dan danny dani daniil danilo danek danial dannie danilek | danuta danka
danusia | daria darya dasha | darius dariusz darek dario | darrell daryl darryl darrel | david
dawid dave davey davy davide dawidek davie | deborah debora debra deb debbie debby dvora debi |
dennis denis denny dionizy dionysius dennys | denise denisa dennie | derek derrick dietrich dirk
theodoric derrik diederik | diana diane dianne di dina diann | dominic dominik dom nick dominick
domenico domingo dominique | dominica dominika | donald don donnie donny | donna dona madonna |
dorothy dorota dorothea dot dottie dolly dorothee dorotea thea dora dorka dorte doerte | douglas
doug dougie duglas | duncan dunc | dylan dillon dyllan | ebenezer eb | edith edyta edit edie
edytka | edmund edmond ed eddie mundek ned ted edmundo | edward eduard ed eddie ted teddy ned edek
eduardo edouard edzio edvard | edwin ed eddie edvin | eileen aileen ilene elaine helen | eleanor
eleonora ellen nora ellie nell elinor leonora lenore eleonore elenor | elias eli eliasz elijah
elia ilias ellis lija | elizabeth elzbieta elisabeth liz lizzie beth betty eliza lisa elsa ela
liza lisbeth elise elisa elżbieta bess bessie betsy libby elspeth isabel isabella izabela iza
isabelle lise liesel lilli ilse elisabetta elisabet lizabeth elka bella elsie | ella ela ellie |
emil emilio emile emilian | emanuel emmanuel manuel manny immanuel | emma emmie em emmy | eric
erik eryk erich rick erick | ernest ernst ernie erno ernesto | erwin irwin irvin irving erv |
esther estera ester hester essie | ethan etan | eugene eugeniusz eugen gene genek eugenio eugeniy
yevgeny | eugenia gienia genia eugenie | eva ewa eve ewka evi evita evie ewunia eveline | evelyn
ewelina evelin evelina eve evie evelyne | fabian fabien fabio | felicity felicja felicia felicitas
fee felicitie | felix feliks felicjan | ferdinand ferdynand fernando ferdi ferdy nando fernand |
florence florentyna flo flora florentina florrie flossie | florian florek flori | frances
franciszka franziska fran francesca francisca fanny frankie francoise franzi frannie franka
francine | francis franciszek franz frank francesco francisco francois franek frankie fran paco
frans franciscus franc pancho | frank franklin frankie franko franco | frederick fryderyk
friedrich fred freddie freddy fritz frederic rick fredric federico fredrik frederik fryc frederico
| frederica fryderyka friederike rike freddie frederike | gabriel gabe gabi gabryel | gabriele
gabriela gabriella gabby gabi gabrielle ella gaby gabrysia | genevieve genowefa genoveva jenny
genia | george jerzy georg jorge giorgio jurek georgie juri jurgen jorg yuri georges joerg juergen
gorge jurij york | georgina georgia gina georgiana georgine | gerald geraldo gerry jerry gerold
gerhard gerard gerd gerardo geraldine geert gerrit | geraldine gerry | gertrude gertruda gertrud
trudy gerti gerda trude traudel | gilbert gil gib bert | gillian jill jillian gill juliana |
gisela gizela gisele gisella | godfrey gottfried jeffrey godfryd | gordon gordie gord | grace
grazia gracie gracja | grazyna graza grazynka | gregory grzegorz gregor greg grzesiek gregorio
grigori gregg gregoire grischa grzes | gunther gunter gunnar guenter guenther | gustav gustaw gus
gustavo gustaf guciu | halina hala halinka | harold harald harry hal herold | harriet henrietta
henryka henriette hattie etta hetty jette | harvey harv herve | hedwig jadwiga hedy hedi jadzia
heda | helen helena helene elena nell ellen lena ellie hela ilona helenka helga alena nelly |
henry henryk heinrich harry hank hal heinz henri enrico enrique heiko hendrik henrik heniek
hinrich heiner rik | herbert herb herbie bert heribert | herman hermann armand armando hermanus
harm | hilary hilaria hillary | hildegard hilda hilde | horace horst horacy | howard howie |
hubert hubertus hugh bert huberto | hugh hugo hughie huw ugo | ignatius ignacy ignaz ignacio nacho
igancy | igor ihor | ilona ilonka | irene irena irina ira irka irenka | irma irmgard | isaac izaak
isaak ike zak | isidore izydor isidor isidro | ivan iwan john jan johann vanya | jack john jackson
jacky jackie jock | jacob jakub jakob james jake kuba jim jimmy jacques jaime giacomo diego jacobo
jamie kubus jacobus iago santiago coby jago | jacqueline jackie jacky jacquelyn jaclyn | jadwiga
jaga jadzia | james jim jimmy jamie jem jimmie jaime seamus | jane joanna joan janet jan johanna
janina asia joanne giovanna juana jeanne jana hanna janette johanne jenny janie jean jeannette
jeanette janice asienka ivana janka jayne johannah joana hansi | january janusz janek | jarosław
jaroslaw jarek jaroslav | jason jay jase | jasmine jasmin yasmin jazz yasmine | jeffrey jeff
geoffrey geoff jefferey jeffery jeffry | jennifer jenny jen jenn jenna jennie jenifer | jeremy
jeremiah jeremiasz jerry jeremias jem jeremie | jerome hieronim hieronymus jerry geronimo |
jessica jess jessie jesse jessika | jesse jess jessie | jillian jill gillian | jolanta jola
yolanda jolanda iolanta jolka | john jan johann johannes johnny jack jon hans ivan juan giovanni
jean jasiek janek johan jens hannes evan ian sean shawn shaun juanito jonny johnnie iwan ioannis
yannis joao jasio jannis hanns jovan | jonah jonas jonasz | jonathan jon johnny jonatan nathan
jonathon johnathan jonny jonnie | joseph jozef josef joe joey jozek jose giuseppe jos sepp josip
beppe pepe josephus jusuf yusuf iosif | josephine jozefa josefa josie jo fina josefine giuseppina
josefina josephina | joshua josh jozue josua | joyce joy | judith judyta judy judi judit jude
judie | julia julie julka giulia juliet julianne julita julitta jule juliette | julian juliusz
julius jules julek giuliano julien julio giulio | juliana julianna juliane julie jula | justin
justyn justus jus justino | justina justyna justine tina justynka | karina karen carina karin
karyn caren | kasper casper jasper caspar kacper gaspard kaspar gaspar | kenneth ken kenny kenn |
kevin kev kewin kevan | kimberly kim kimberley kimmie kym | kinga kunigunde kunegunda | klaus
claus nicholas niklas | larry lawrence lars laurence | laura laurie lora lauren laurel lori laurka
laure loretta lorrie | lawrence laurence wawrzyniec lorenz larry laurie lars laurent lorenzo
laurenz lorenc loren laurentius | leah lea lia lija | leo leon leonard lew leonhard len lenny
leonardo lev leonid leopold leoncio lennie leos | leopold leo poldi leopoldo | leslie lesley les
lesli | leszek lech leslaw leh | lewis louis ludwik ludwig lou louie luis luigi lewie clovis lutz
lodewijk luiz | lidia lydia lidka | lillian liliana lily lilly lilian lil lilli lilianna lillie |
linda lynda lindy lin belinda | lionel leo | louise luiza luise lou luisa lulu louisa ludwika
lovisa | lucas luke lukasz lukas luka luc lucjan luca lucasz lukaszek loukas | lucian lucjan
lucien luciano lucek | lucy lucja lucia lucie luz lucinda cindy lucille lucyna luzie | madeleine
magdalena magda lena madeline maddie maggie maddy magdalene malena maud madelyn madalyn | malcolm
mal | malgorzata margaret margarete margarethe gosia maggie meg peggy greta gretchen grete rita
margot daisy marge margie marjorie marguerite margarita margherita gretel malgosia margit margret
margrit megan mags greet madge margery meta | manuela emanuela manu ella | marek mark marcus
markus marc marco marcos marcel marko marcin martin marceli | marcel marceli marcello marcellus
marcelo marcelus | marcia marsha marcie | maria mary marie marysia marija mia molly polly maryam
miriam marianne mariana marianna marika maja maya mitzi mieke mariya marysienka mae may mariah
moira maura maire maritza mimi maryla | marian marius mariusz mario | marion marianne marian |
marlene marlena magdalena | martha marta marthe marty martusia | martin marcin martyn marty
martino marten maarten morten | martina martyna martine tina | matilda matylda mathilde mathilda
tilly tilda mattie maud | matthew mateusz matthias mathias maciej matt matty matteo mathew matias
maciek mateo mats mattias matthaus matthijs mathieu matei matys macius | maurice maurycy moritz
mauritz maurizio mauricio morris mo moe moris | maximilian maksymilian max maks maxim maksym
massimo maxwell maximiliano maxime maksim | melanie mel mela melania melany | melissa mel missy
lissa melisa | michael michal mike mick mikey mickey michel miguel mikhail mikolaj michele mitch
misha maik mischa meik michail mihai mihail michau micha mitchell | michelle michaela michalina
micaela shelly michele mikaela | mieczyslaw mietek | mildred millie milly | milena milana |
miroslaw mirek miroslav slawek | miroslawa mirka mira | monica monika mona monique moni | morgan
morgana | moses mojzesz moshe moe moises moyses | nadia nadja nadine nadzieja hope nadezhda |
natalie natalia nat tally natalya nathalie natasha natasza natalja natalka natali | nathan nate
natan nathaniel nat | nathaniel nathan nate nat nataniel nathanael | neil neal niall nigel |
nicholas mikolaj nikolaus nick nicolas nicky klaus niklas nicolai nikolai nico niko colin
mikolajek nikolas nicola claus nils nikita miklos nicolaas nicolaus nickolas | nicole nikola
nicola nicky nikki nicolette nicolle nikol | nina antonina janina | norbert bert norb | norman
norm normie | octavia oktawia octavie tavi | oliver oliwier olivier ollie olly noll oli | olivia
oliwia liv livia olive ollie livvy | olga helga ola | oscar oskar ossie | otto oton otho | oswald
ozzie osvaldo oswaldo waldi | pamela pam pammy | patricia patrycja patrizia pat patty tricia trish
patsy patti pati | patrick patryk pat paddy rick patrik patricio patrice padraig | paul pawel
paulo pablo pavel paolo pauli pol pawelek pauel | paula paulina pauline paulette pola paola polly
| penelope penny penelopa | peter piotr pete petra pieter pedro pietro pjotr pierre piotrek petr
peder petros per pjetr petrus piet peer | petra piotra | philip filip philipp phil pip felipe
filippo phillip philippe flip fil | philippa filipa pippa | phyllis phyl filis | priscilla cilla
pryscylla prisca | przemyslaw przemek przemko | quentin quinton kwintyn quinn | rachel rachela rae
rahel raquel shelly rachael | radoslaw radek radko radoslav | rafael raphael rafal raffaele rafe
rafi rafaello | ralph rolf raoul raul rudolf ralf rafe | raymond rajmund ray raimund ramon
raimondo | rebecca rebeka becky becca rebekka reba rebekah rivka | regina gina reina queenie
regine renia | reginald reg reggie reinhold reinhard reinaldo ronald rex | renata renate rena
renee renia rene | richard ryszard rick dick rich ricky ricardo riccardo rysiek ritchie richie
dickie rik reichard | rita margarita margaret | robert bob rob bobby robbie robin roberto bert
robb robby robek rupert rupprecht ruprecht | roberta bobbie robbie robin roberte bobby | roderick
rod roddy rodrigo roddie | rodney rod | roger rudiger rodger ruediger rogerio ruggero rog rudger |
roland rolando orlando rollo rolland roelof | roman romek romain romano | romuald romek | ronald
ron ronnie ronny ronaldo | rose roza rosa rosie rosalia rosalie rosemary rosi rozalia rosalind
rosita rosina rosalyn | rosemary rosemarie rose rosie romy rosmarie | rudolf rudy rudolph rudi
rolf rodolfo | russell russ rusty | ruth ruthie rut | ryan rian | salvatore sal salvador sally |
samantha sam sammy | samuel sam sammy samuele samuil | sarah sara sally sadie sarita sari zara |
scott scotty | sean shaun shawn john | sebastian seb bastian sebastien bastek bas baz sebastiano
seba | severin seweryn | sharon shari sharron | shirley shirl | siegfried zygfryd sigi siggi
sigfrid | sigmund zygmunt siegmund sigismund zyga sigi | silvia sylvia sylwia silvie sylvie syl
sylwka | simon szymon simeon simone szymek si simao ximenes szymus | simone simona szymona |
slawomir slawek | solomon salomon sol suleiman | sophia zofia sophie sofia zosia sonia fifi sofie
sonja sonya zofka zoska | stanislaw stanislaus stan stanley staszek stach stanislav stas stano |
stanislawa stasia stanislava | stella estelle estella | stephanie stefania steffi steph stephany
stefanie stevie steffie fani stefani | stephen steven stefan szczepan steve stephan esteban
etienne stefano steffen stevie stefek stephane istvan stephon stefanek | susan susanna zuzanna
suzanne sue susie suzy susanne zuzia sanne zsuzsanna susana suzanna suse susi zuza sanna | tabitha
tabby | tadeusz thaddeus tad ted tadek thaddaus tadeo | tamara tammy tamar tami | tatiana tania
tanya tanja tatjana | teodor theodore theodor ted teddy theo fyodor fedor teodoro todor teddie |
teodora theodora dora thea | teresa theresa therese tess terry tessa tracy resi teresia reese
terri theresia terese tereska | terence terrence terry terencjusz | thomas tomasz tom tommy tomek
tomas tommaso thom tomaso toma tommie | timothy tymoteusz tim timmy timotheus timo tymek timotej
timoteo | tobias tobiasz toby tobi tobie | tracy tracey tracie | tristan trystan | tymon timon |
urban urbanus | ursula urszula uschi ulla ula ursel orsola ursulina ulka | valentine walenty
valentin val walek valentino | valerie waleria valeria val valery | vanessa nessa vanesa wanessa |
vera wiera wera veronika | veronica weronika veronika ronnie vera nika veronique wera roni |
victor wiktor viktor vic vittorio vick witia wiktorek | victoria wiktoria viktoria vicky vicki
tori wika vittoria vickie | vincent wincenty vinzenz vince vinnie vin vincenzo vicente vincente |
violet wioletta viola violetta wiola violeta violette wioleta | virginia wirginia ginny ginger
virginie | vivian wiwiana viviana viv vivien vivienne | vladimir wladimir wlodzimierz wladek vova
waldemar volodymyr wlodek wladyslaw ladislaus laszlo wladzio | waldemar waldek woldemar valdemar |
walter walt walther wally gualtiero wouter wladyslaw | wanda vanda wendy | wendy wendi gwendolyn |
wenceslas waclaw vaclav wenzel wacek | werner verner wern | wieslaw wiesiek wiesio | wieslawa
wiesia | wilfred wilfried wilf fred wilfryd | wilhelmina wilma mina minnie willa helma wilhelmine
| william wilhelm bill will billy willy liam guillermo guglielmo willie wilek guillaume willem
willi wilhelmus vilem wim helmut bil | witold vitold witek vytautas | wolfgang wolf wolle | xavier
ksawery xaver javier saverio | yvonne iwona evonne ivonne ivona yvette iwonka | zachary zachariasz
zach zack zacharias zak zackary zachery zachariah zac | zbigniew zbyszek zbynek zbych | zdzislaw
zdzisiek zdzich | zenon zeno xenon | zoe zoja zoya | zygmunt zyga
"""

# Further common given names, known as such though nothing here stands for them.
OTHER_GIVEN_NAMES = """
aiden alana alayna aldo alessia alexis aliyah alonzo alvin amber amir amos amy andreea annabelle
annalena april ariana ariel arlene arnold ashley ashton aubrey autumn ava avery aylin ayden bailey
barry beau bella bernice bertha beryl bettina beverly blake bobbie braden brady brayden bree
brenna brent bret brett brianna brittany brooke bruce bruno bryce bryson byron caitlin caleb
callum candace carmen carson carter casey cathleen cedric chad chantal chase chelsea cheryl chloe
christa claudio clay clayton clint clinton clyde cody colby cole colleen connor cooper corey cory
courtney craig crystal dakota dale dalton damon dana danielle darlene darren dawn dean deanna
delia della delores desmond destiny detlef devin devon diego dieter dolores dominique doreen doris
dorian dustin dwayne dwight earl edgar eden edgardo elaine eliot elliot elliott ellie elmer elmar
elmo eloise elton elvira emery enrique enzo erica erika erin esmeralda estefania evan everett
faith faye felipe fern finley finn fiona floyd forrest frieda frida gage gareth garrett gary gavin
gemma genesis gianna gideon ginger giselle glen glenn gloria graham grant greta griffin guy gwen
hailey haley hanne hans harley harper harrison hartmut hayden hazel heath heather hector heike
heidi heinz helge hendrik herta holger holly hope hugo hunter iain ida imogen ingo ingrid inka
inge ingeborg irvin isabell isaiah isla ivy izaak jade jaden jaiden jan jana janek janelle jared
jarrod jasmine jayden jaylen jeannine jenna jeroen jill jimena joachim joaquin jocelyn jodi jody
joel joelle jonas jordan jorge josefina josiah joy juan juanita jude julian june justice kai
kaitlyn kara karl kayla kaylee keegan keira keith kelly kelsey kendall kendra kent kerry khloe
kiara kieran kira kirk klaudia kobe krista kristen kristy kurt kyle kylie kyra lacey lachlan lana
lance landon lara lars latoya leandro leila lena leona leonie leroy levi lexi liam lila lilliana
lisa lloyd logan lois lola loren lorena lorenzo lorraine lothar louis luan lucille luella lukas
luna luther lutz lynn mabel mackenzie maddison madison maeve malik malte manfred mara marc marcela
maren mariana maribel marisa marisol marissa marjorie marlon marsha marshall marvin mason mattie
maureen mavis maxwell maya mckenzie megan meike melinda melvin mercedes meredith merle mia mikayla
miles mina minnie miranda miriam mitchell mollie molly muhammad mohammed mohamed ahmed ahmad ali
hassan hussein omar fatima aisha khadija myra myrtle nadine naomi nellie nevaeh nia nicolas nigel
nils noah noel nolan nora norma olive opal orlando owen paige parker patsy pearl percy perry
peyton phoebe preston quinn ralf ramona randall randy raquel rasmus raul ray reagan reece reed
reinhard reuben rex rhonda rhys riley river rocco rodrigo rogelio romeo rory rosario ross roxanne
roy ruben ruby sabine sabina sabrina sadie salma santiago saskia savannah sawyer scarlett sergio
sergiusz sergei serhii seth shane shannon sharon shaun sheila shelby sheldon sherri sherry sienna
sierra silas silke skyler sofia spencer stacie stephania stewart stuart summer sven svenja sybille
sydney talia tania tanner tara tasha tatum taylor terrance thelma thorsten torsten tiffany till
tina todd tom toni torben travis trent trevor trey trinity troy tucker tyler tyrone tyson udo
ulrich ulrike ute uwe valentina van vance vaughn vera verena vernon vicente viola volker wade
wallace walker wanda warren wayne wendell wesley weston whitney wiebke wilbur wilma winfried
winston wyatt xander xiomara yolanda yusuf yvette zane zara zion zeynep mehmet mustafa emre elif
can deniz ayse fatma agneta kamil patrycja mariola bozena boguslawa lucyna grzegorz jaroslaw jacek
ireneusz kacper karol kornelia krzysztof lech leokadia ludmila maciej malwina marzena mariusz
oskar paulina piotr rafal renata robert sebastian stefania sylwester szymon tomasz urszula
wieslawa zdzislawa zuzanna zygmunt alojzy antoni apolonia bozydar celina czeslawa dobroslawa edyta
eliza elwira emilia feliks gabriela genowefa gustaw henryka honorata hubert igor iwona izabela
jagoda jedrzej julita kaja kalina kazimiera klara krystian kuba laura liwia maja malgorzata
marcelina martyna michalina mikolaj milosz natalia nikodem nina oliwia patryk pola roksana sara
stanislaw tadeusz teofil tymon weronika wiktor wojciech zofia hubertus
"""
