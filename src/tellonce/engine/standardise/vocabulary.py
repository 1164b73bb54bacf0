"""The words columns are called by: own collection from customer files in several languages.

A header is looked up as its words joined together, in ASCII lower case (`Date of birth`,
`date_of_birth` and `DateOfBirth` are all `dateofbirth`).
"""

from __future__ import annotations

from tellonce.engine.standardise.text import words_of

ATTRIBUTE_WORDS: dict[str, str] = {
    "given_name": """
        given givenname givennames first firstname firstnames fname forename forenames
        christianname gname namefirst namegiven firstnm vorname vornamen rufname prenom prenoms
        nombre nombres primernombre imie imiona pierwszeimie voornaam voornamen roepnaam jmeno
        etunimi fornavn fornamn prenume nomepr nomeproprio primeironome prenomes foernamn
        """,
    "middle_name": """
        middle middlename middlenames mname midname mid minit minitial middleinitial middleinit
        namemiddle mi zweitname secondgivenname secondforename zweitername drugieimie deuxiemeprenom
        segundonombre tussennaam zweitervorname zweitevorname secondonome segundonome
        """,
    "family_name": """
        family familyname last lastname lname surname surnames sname namelast namefamily lastnm
        nachname familienname zuname nazwisko nazwiska nom nomdefamille apellido apellidos
        primerapellido cognome cognomi achternaam sobrenome apelido apelidos prijmeni efternavn
        efternamn etternavn sukunimi nomdusage apellidopaterno primercognome
        """,
    "former_name": """
        maiden maidenname maidensurname nee birthname birthsurname formername formerlastname
        formersurname formerfamilyname previousname previoussurname previouslastname geburtsname
        nazwiskorodowe nazwiskopanienskie nazwiskopoprzednie nomdejeunefille nomdenaissance
        oldname oldsurname oldlastname meisjesnaam lastnameatbirth surnameatbirth fodselsnavn
        rodneprijmeni
        """,
    "full_name": """
        fullname completename namefull personname displayname vollername vollstaendigername
        imienazwisko imieinazwisko nazwiskoimie nazwiskoiimie nazwiskoimiona imionanazwisko
        nomcomplet nomprenom nombrecompleto nombreapellidos nombreyapellidos vornamenachname
        vorundnachname nachnamevorname namevorname accountholder cardholder cardholdername
        legalname nameandsurname namesurname surnameandname inventor inventorname author
        authorname passengername guestname nomprenoms nometprenom nometprenoms prenometnom
        nomeecognome cognomeenome cognomenome nomecompleto apellidosynombre vorundzuname
        zuundvorname namenvoorletters
        """,
    "name": """
        name nazwa namen naam nome bezeichnung nominativo kontrahent contactperson accountname
        """,
    "title": """
        title nametitle salutation prefix nameprefix honorific anrede titel civilite tytul
        courtesytitle titleofcourtesy tratamiento mrmrs
        """,
    "name_suffix": "suffix namesuffix generation generationsuffix genqualifier suffixname",
    "organisation": """
        organisation organization org orgname nameorg company companyname organisationname
        organizationname business businessname firm firmname firma firmenname unternehmen
        nazwafirmy przedsiebiorstwo societe raisonsociale empresa razonsocial ragionesociale
        azienda bedrijf bedrijfsnaam tradename tradingname sitename programname institution
        institutionname restaurant restaurantname shop shopname store storename facility
        facilityname school schoolname nazwaorganizacji dba dbaname assignee assigneename vendor
        vendorname venue venuename merchant merchantname hospital hospitalname hotelname
        suppliername companyororganisation
        """,
    "birth_date": """
        dob dateofbirth birthdate birthday bdate birthdt datebirth dobdate geburtsdatum gebdatum
        gebdat gebdt datumgeburt dataurodzenia dataur dataurodz datenaissance datedenaissance
        fechanacimiento fechadenacimiento fechanac fechadenac fnacimiento datadinascita
        datanascita geboortedatum fodelsedatum datanascimento datadenascimento nascimento datanasc
        born dateborn birth geboren urodzony datumnarozeni geb nele datedenaiss syntymaeaika
        fodselsdato fodelsdag fodselsdag
        """,
    "birth_day": """
        dayofbirth birthdateday bd bday dobday dobd dobdd dayob geburtstag gebtag birthdd
        dzienurodzenia jourdenaissance journaissance dianacimiento
        """,
    "birth_month": """
        birthmonth monthofbirth birthdatemonth bm bmonth dobmonth dobm dobmm mob geburtsmonat
        gebmonat birthmm miesiacurodzenia moisdenaissance moisnaissance mesnacimiento
        """,
    "birth_year": """
        birthyear yearofbirth birthdateyear by byear yob dobyear doby dobyyyy geburtsjahr gebjahr
        birthyyyy birthyr rokurodzenia anneenaissance anneedenaissance annodinascita annonascita
        anonacimiento jahrgang geboortejaar yearborn
        """,
    "age": "birthage ageatyearend age alter wiek edad eta leeftijd customerage ageyears ageinyears",
    "gender": """
        gender sex geschlecht plec sexe sexo genero gendercode sexcode sesso geslacht kon pohlavi
        gendertext mv
        """,
    "email": """
        email emailaddress emailaddr mail mailaddress emailid epost epostadresse adresemail correo
        correoelectronico courriel adresemailowy mailadresse emailadresse eaddress
        """,
    "phone": """
        phone phoneno phonenumber telephone telephoneno telephonenumber tel telno telnr telnumber
        mobile mobileno mobilenumber mobil mobilephone mobilephonenumber mobilnummer mobiltelefon
        cell cellno cellnumber cellphone cellphonenumber handy handynummer handynr telefon
        telefonnummer telefonnr telefono telefonomovil telefone rufnummer komorka komorkowy
        telefonkomorkowy telefonstacjonarny numertelefonu nrtelefonu nrtel telkom landline msisdn
        contactnumber contactno contactphone gsm portable tlf festnetz celular movil telefoon
        telefoonnummer evephone dayphone daytimephone eveningphone phonenum telefonofijo
        ntelephone numerodetelephone numerotelephone telportable telfixe cellulare telemovel
        mobiel puhelin telfijo
        """,
    "fax": "fax faxno faxnumber faksnummer telefax faks faxnr",
    "street": """
        street streetname str strasse ulica ul rue calle via straat straatnaam road roadname
        addrstreet addressstreet thoroughfare streetnm strassenname
        """,
    "house_number": """
        housenumber houseno housenum housenr hausnummer hausnr streetnumber streetno streetnum
        stno buildingnumber buildingno nrdomu numerdomu numerbudynku nrbudynku addressnumber
        huisnummer numerocivico civico nr streetnr huisnr nrdomulokalu
        """,
    "unit": """
        unit unitnumber unitno unitnum apt apartment aptno aptnum aptnumber apartmentnumber flat
        flatno flatnumber suite suitenumber nrlokalu nrmieszkania numerlokalu numermieszkania
        lokal mieszkanie wohnung wohnungsnummer secondaryaddress huisnummertoevoeging toevoeging
        """,
    "po_box": "pobox poboxnumber postbox postfach postofficebox skrytkapocztowa",
    "address_line": """
        address addr add adress addressline addrline streetaddress streetaddr addressstreetaddress
        anschrift adresse adres direccion domicilio indirizzo adreszamieszkania adreszameldowania
        adreskorespondencyjny wohnadresse strassehausnummer strassehausnr strasseundhausnummer
        strassenr ulicanumer ulicainumer lineaddress stline streetline housestreet adresstreet
        line morada endereco osoite
        """,
    "full_address": """
        fulladdress addressfull addrfull completeaddress addresscomplete postaladdress
        vollstaendigeadresse pelnyadres adrespelny wholeaddress addresstext formattedaddress
        """,
    "city": """
        city town suburb plzort plzundort postleitzahlort kodpocztowymiasto kodpocztowyimiasto
        cityname cityortown towncity citytown locality municipality ort stadt wohnort miasto
        miejscowosc miejscowoscmiasto ville localite commune ciudad poblacion localidad citta
        comune plaats woonplaats village posttown townname addrcity addresscity mesto kommune
        poststad poststed addresstown addresssuburb localita cidade kodpocztowyimiejscowosc
        kodimiejscowosc
        """,
    "region": """
        state province region stateprovince stateorprovince statecode stateabbr stateabbreviation
        statename bundesland wojewodztwo woj provincia departement kanton canton prov regionname
        addrstate addressstate addressregion stateregion provincecode regioncode
        """,
    "postal_code": """
        zip zipcode zipcd postcode postalcode postal plz postleitzahl kodpocztowy codepostal cp
        codigopostal cap zipfive ziptext postnummer postnr psc pcode zippostal postalzip
        zippostalcode addrpostalcode addresspostalcode addresszip addresspostcode poskod postcd
        """,
    "country": """
        country countrycode countryname nation land kraj pays pais paese addrcountry
        addresscountry isocountry countryregion countryofresidence residencecountry panstwo staat
        landcode
        """,
    "latitude": """
        latitude lat geolat gpslat latdeg latdecimal breitengrad breite szerokoscgeograficzna
        """,
    "longitude": """
        longitude lng lon long geolng geolon geolong gpslng gpslon gpslong lngdeg londecimal
        laengengrad laenge dlugoscgeograficzna
        """,
    "birth_place": """
        birthplace placeofbirth pob cityofbirth birthcity geburtsort miejsceurodzenia
        lieudenaissance lugardenacimiento luogodinascita birthlocation
        """,
    "observed_at": """
        updatedat updated lastmodified lastupdated lastupdate modifiedat modified modifieddate
        observedat observed changedat lastchanged lastchange lastmodifieddate lastmodifiedat
        updatedon dateupdated updatedate updateddate datemodified datamodyfikacji dataaktualizacji
        geaendertam letzteaenderung aenderungsdatum asofdate systemmodstamp lastmodifiedon
        modifiedon validfrom recordedat lastupdatedate updatetime updatetimestamp lastupdatedat
        """,
    "entity": """
        recordtype entitytype customertype partytype persontype rodzajklienta kundenart
        entity
        """,
}

IDENTIFIER_WORDS: dict[str, str] = {
    "ssn": """
        ssn ssnnumber ssnno socialsecuritynumber socialsecurityno socialsecurity socsecid socsecno
        socsec socsecnum socialsecuritynum soc
        """,
    "pesel": "pesel peselnumber nrpesel numerpesel",
    "nip": "nip nrnip numernip nipnumber",
    "regon": "regon nrregon numerregon",
    "krs": "krs nrkrs numerkrs",
    "passport": """
        passport passportnumber passportno passportid passportnum paszport nrpaszportu
        numerpaszportu reisepass reisepassnummer reisepassnr passeport pasaporte passnummer
        """,
    "drivers_license": """
        driverslicense driverslicence driverlicense driverlicence driverslicensenumber
        driverslicensenum driverslicenseno driverlicensenumber driverslicencenumber
        driverlicenseno driverslic drivinglicence drivinglicense drivinglicencenumber
        drivinglicenceno dl dlnumber dlno dlnum fuehrerschein fuhrerschein fuehrerscheinnummer
        prawojazdy nrprawajazdy
        """,
    "national_id": """
        nationalid nationalidnumber nationalidno nationalidentitynumber
        nationalidentificationnumber idcard idcardnumber identitycard identitycardnumber dowod
        dowodosobisty nrdowodu numerdowodu seriainumerdowodu personalausweis personalausweisnummer
        ausweisnummer ausweisnr cedula citizenid governmentid identitynumber personalid
        personalidnumber personalidentitynumber
        """,
    "nino": "nino nationalinsurance nationalinsurancenumber nationalinsuranceno ninumber",
    "nhs": "nhs nhsnumber nhsno",
    "tax": """
        tax taxid taxidnumber taxnumber taxno tin taxpayerid taxpayernumber steuernummer steuernr
        taxidentificationnumber numerpodatkowy
        """,
    "de_idnr": "steuerid steuerident steueridentnr steueridentifikationsnummer idnr steueridnr",
    "tfn": "tfn taxfilenumber",
    "abn": "abn abnnumber australianbusinessnumber",
    "ein": "ein fein einnumber employeridentificationnumber",
    "utr": "utr utrnumber",
    "vat": """
        vat vatid vatnumber vatno vatregnumber vatregistrationnumber ustid ustidnr ustidnummer
        umsatzsteuerid numervat vatnum numerotva tva partitaiva
        """,
    "siren": "siren sirennumber",
    "siret": "siret siretnumber",
    "dni": "dni dninie nifdni",
    "codice_fiscale": "codicefiscale",
    "cpf": "cpf cpfnumber",
    "bsn": "bsn burgerservicenummer",
    "lei": "lei leinumber leicode legalentityidentifier",
    "iban": "iban ibannumber accountiban ibannr",
    "medicare": "medicare medicareno medicarenumber medicareid",
    "medicaid": "medicaid medicaidid medicaidno medicaidnumber",
    "insurance": """
        versichertennummer krankenversichertennummer kvnr svnr sozialversicherungsnummer
        sozialversicherungsnr rentenversicherungsnummer ahvnummer ahvnr
        """,
    "npi": "npi npinumber",
    "duns": "duns dunsnumber dunsno",
}

# Facts about a person that are compared as they are.
OTHER_WORDS: dict[str, str] = {
    "marital_status": """
        maritalstatus familienstand stancywilny civilstatus etatcivil estadocivil marital
        """,
    "income_band": """
        income annualincome incomeband yearlyincome incomerange einkommen dochod incomegroup
        householdincome
        """,
    "occupation": """
        occupation profession job jobtitle beruf zawod position positiontitle stanowisko
        contacttitle
        """,
    "language": "language lang sprache jezyk preferredlanguage mothertongue",
    "nationality": """
        nationality citizenship staatsangehoerigkeit narodowosc obywatelstwo nationalite
        """,
    "race": "race raceethnicity racecode",
    "ethnicity": "ethnicity ethnic ethnicgroup",
    "birth_country": """
        birthcountry countryofbirth birthstate stateofbirth geburtsland krajurodzenia
        """,
    "county": "county countyname powiat landkreis",
}

# A header that says which of several, or whose, by itself.
MARKED_WORDS: dict[str, str] = {
    "family_name@0": "tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels namensvorsatz",
    "given_name#alias": """
        initials initialen firstinitial voorletters iniciales initiales nickname nick callname
        preferredfirstname knownas rufnamealias pseudonim spitzname
        """,
    "family_name@2": """
        segundoapellido apellidomaterno secondsurname secondlastname lastnametwo drugienazwisko
        """,
    "label": "zip4 plus4 zipplus4 zipfour zipext postcodeext",
    "bookkeeping": """
        created createdat createdon creationdate createddate datecreated registered registeredat
        registrationdate dateregistered signupdate signedupat joindate dateadded addedat inserted
        insertedat importedat loaddate loadedat lastlogin lastloginat lastseen customersince
        membersince kundeseit datautworzenia datarejestracji erstelltam angelegtam timestamp
        surveydate registrdt registrationdt
        """,
}

# The source's own key for a row or a customer: says nothing to any other source.
OWN_KEY_WORDS: frozenset[str] = frozenset(
    words_of("""
    id ids uid uuid guid key pk rowid recordid recid uniqueid customerid customerno
    customernumber customerkey custid custno clientid clientno clientnumber clientkey accountid
    accountno accountnumber memberid memberno membernumber membershipnumber userid username
    login kundennummer kundennr kundenid nrklienta numerklienta idklienta patientid patientno
    patientnumber mrn medicalrecordnumber crmid contactid personid index rownumber rowno row lp
    lfdnr entityid partyid voterid sourceid externalid loyaltyid cardnumber loyaltycardnumber
    simulantid householdid familyid orderid invoiceid ordernumber invoiceno registrationid ncid
    registrationnumber registrationno voterregistrationnumber voterregno voterregnum
    voterregnumber enterpriseid
    """)
)

OTHER_PEOPLE: frozenset[str] = frozenset(
    words_of("""
    spouse spouses husband husbands wife wives partner partners dependent dependents dependant
    dependants child childs children parent parents mother mothers father fathers guardian
    guardians emergency kin nextofkin employer employers agent agents reference referee referrer
    referredby manager supervisor doctor physician gp lawyer attorney beneficiary sibling
    brother sister relative relatives ehegatte ehepartner ehefrau ehemann mutter vater malzonek
    malzonka matka matki ojciec ojca conjoint conjointe mere pere rep supportrep salesrep
    representative witness nominee coapplicant coborrower cosigner secondholder jointholder
    arbeitgeber pracodawca notfall notfallkontakt coauthor coauthors rel related relationship
    caregiver guarantor guarantors landlord tutor padre madre conyuge
    """)
)

GROUPS: dict[str, str] = {
    "mailing": "mailing",
    "postal": "mailing",
    "correspondence": "mailing",
    "korrespondenz": "mailing",
    "korespondencyjny": "mailing",
    "korespondencji": "mailing",
    "billing": "billing",
    "bill": "billing",
    "invoice": "billing",
    "rechnung": "billing",
    "rechnungs": "billing",
    "shipping": "shipping",
    "ship": "shipping",
    "delivery": "shipping",
    "liefer": "shipping",
    "dostawy": "shipping",
    "geschaeftlich": "work",
    "work": "work",
    "office": "work",
    "business": "work",
    "firmowy": "work",
    "sluzbowy": "work",
    "dienstlich": "work",
    "registered": "registered",
    "temporary": "temporary",
    "secondary": "secondary",
    "second": "secondary",
    "alternate": "secondary",
    "alternative": "secondary",
    "alt": "secondary",
    "other": "secondary",
    "additional": "secondary",
    "weitere": "secondary",
    "previous": "former",
    "prev": "former",
    "old": "former",
    "former": "former",
    "prior": "former",
    "poprzedni": "former",
    "poprzednie": "former",
    "fruehere": "former",
    "alias": "alias",
    "aka": "alias",
    "nick": "alias",
    "known": "alias",
    "preferred": "alias",
    "native": "native",
    "local": "native",
    "maiden": "former",
}

# Words that only say "of this customer" or "the usual one".
EMPTY_WORDS: frozenset[str] = frozenset(
    words_of("""
    customer customers client clients cust contact person persons personal patient patients pat
    member members user users applicant applicants voter voters subscriber kunde kunden klient
    klienta klienci primary main home house residential residence permanent current own private
    privat prywatny domowy glowny haupt legal res the of de curr present attr attribute field
    pri physical loc location site consumer buyer shopper guest to attendee participant delegate
    student pupil donor tenant passenger player teilnehmer mitglied
    """)
)
