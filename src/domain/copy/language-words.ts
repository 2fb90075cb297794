/** The commonest small words of languages in Latin and Cyrillic letters, folded: enough to tell which one a text is in. */
export const smallWords: Record<string, string> = {
  en: 'the of and to in is that it for was on are with as i his they be at one have this from or had by but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into has look more see you could than been who its now our how would saw noticed after just most every two also few',
  de: 'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde wenn ihr ihre ihren ihrem ihnen ich wir uns unser kann können gerade gelesen',
  fr: 'le la les de des du et un une est que qui dans en au aux pour pas plus par sur ne se ce cette ces il elle nous vous votre vos notre nos je on sont avec mais ou où être avoir a ont été comme tout tous fait leur leurs si y sa son ses deux même entre quand très bien depuis aussi peut',
  es: 'el la los las de del y un una es que en por para con no se su sus al lo como más pero este esta estos ha han he hemos o me mi nos nuestro nuestra usted ustedes yo muy ya sin sobre también hasta hay donde quien desde todo todos entre cuando ser son fue era tiene tienen puede',
  it: 'il lo la i gli le di del della dei delle e un una è che in per con non si su al alla come più ma questo questa da dal dalla ha hanno ho abbiamo o mi ci vi nostro nostra vostro vostra suo sua io molto già senza sono era essere anche dove chi tutto tutti tra quando può nel nella sul sulla loro',
  nl: 'de het een en van in is dat op te zijn met voor niet aan er die om als ook door naar bij uit maar dan wat over nog heeft hebben had werd worden wordt ik jij je u uw wij we ons onze hun zij ze deze dit veel meer kan kunnen of hoe tot geen al zo na wel',
  pt: 'o a os as de do da dos das e um uma é que em no na nos nas por para com não se seu sua ao à como mais mas este esta isso foi são ser tem têm ou eu nós nosso nossa você vocês muito já sem sobre também até há onde quem desde todo todos entre quando pode pelo pela está estão',
  da: 'og i at det er en et den til på som med de for af ikke der har var jeg vi du dig jer jeres vores han hun han om men fra eller være blev ved så kan også skal vil efter over ud nu når hvor hvis have været meget mere hvordan sig sin dette disse hvad os op bliver',
  no: 'og i å det er en et den til på som med de for av ikke der har var jeg vi du deg dere deres vår vårt han hun om men fra eller være ble ved så kan også skal vil etter over ut nå når hvor hvis ha vært mye mer hvordan seg sin dette disse hva oss opp blir',
  sv: 'och i att det är en ett den till på som med de för av inte där har var jag vi du dig ni er era vår vårt han hon om men från eller vara blev vid så kan också ska skall vill efter över ut nu när hur hade varit mycket mer sig sin detta dessa vad oss upp blir',
  fi: 'ja on ei se että hän oli ovat mutta kun niin kuin tai myös joka jotka mitä minä sinä me te he olen olet olemme olette ole teidän meidän heidän sen tämä tämän nämä siitä vain jo nyt vielä hyvin sekä kanssa ennen jälkeen voi voisi mukaan kaikki jos koska miten siis yli tästä',
  pl: 'i w na z do się nie to jest że o jak ale po co tak za od przez przy dla są czy był była było być może już tylko jego jej ich ten ta te tego tym które który która pan pani państwa państwo nas nasz nasza wasz mam mamy też oraz lub ze więc bardzo kiedy gdy aby swoje',
  cs: 'a v na se z do že je to s o i jak ale po tak za od pro jsou byl byla bylo být nebo už jen jeho její jejich ten ta tento tato které který která vás vám váš vaše vaši nás nám náš naše jsem jsme máme mám také aby když při před jako ve si velmi může kde podle u',
  tr: 've bir bu da de için ile olarak çok daha gibi en ne ama ya o var olan kadar sonra ben biz siz sizin bizim sizi onun onlar şu her ki mi mı mu değil veya hem nasıl neden böyle yeni bana size ise olduğu olduğunu ettim gördüm ediyorum etmek',
  ru: 'и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой весь так о для вы ваш ваша ваше ваши вас вам нас наш наша от как же если или уже бы до еще ещё когда только очень их его её при чтобы также после может где есть был была было были',
  uk: 'і й в у не на я бути він з із що а по це вона цей до але вони ми який яка яке які за свій так о для ви ваш ваша ваше ваші вас вам нас наш наша від як же якщо або вже би ще коли тільки дуже їх його її при щоб також після може де є був була було були та',
};

/** The letters a language has beside a–z, or all of its Cyrillic ones. */
export const ownLetters: Record<string, string> = {
  en: '',
  de: 'äöüß',
  fr: 'àâæçéèêëîïôœùûüÿ',
  es: 'áéíñóúü',
  it: 'àèéìíîòóùú',
  nl: 'áàéèêëïíóöúü',
  pt: 'áâãàçéêíóôõúü',
  da: 'æøåéö',
  no: 'æøåéèêóòôä',
  sv: 'åäöéüà',
  fi: 'äöåšž',
  pl: 'ąćęłńóśźż',
  cs: 'áčďéěíňóřšťúůýž',
  tr: 'çğıöşüâîû',
  ru: 'абвгдежзийклмнопрстуфхцчшщъыьэюяё',
  uk: 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя',
};
