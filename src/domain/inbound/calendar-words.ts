/** Month, weekday and neighbouring words of mail in sixteen languages, folded (`folded-text.ts`). Data only. */

/** January first; every language's names of a month in one list. */
const monthNames: readonly (readonly string[])[] = [
  'january jan januar jänner janvier janv enero ene gennaio genn januari janeiro tammikuu tammikuuta stycznia styczeń ledna leden ocak января',
  'february feb februar feber février fevrier févr febrero febbraio februari fevereiro fev helmikuu helmikuuta lutego luty února unora únor şubat subat февраля',
  'march mar märz maerz mrz mars marzo maart mrt março marco marts maaliskuu maaliskuuta marca marzec března brezna březen mart марта',
  'april apr avril avr abril abr aprile huhtikuu huhtikuuta kwietnia kwiecień dubna duben nisan апреля',
  'may mai mayo maggio magg mei maio maj toukokuu toukokuuta maja května kvetna květen mayıs mayis мая',
  'june jun juni juin junio giugno giu junho kesäkuu kesäkuuta czerwca czerwiec června cervna červen haziran июня',
  'july jul juli juillet juil julio luglio lug julho heinäkuu heinäkuuta lipca lipiec července cervence červenec temmuz июля',
  'august aug août aout agosto ago augustus augusti elokuu elokuuta sierpnia sierpień srpna srpen ağustos agustos августа',
  'september sept sep septembre septiembre setiembre settembre setembro syyskuu syyskuuta września wrzesnia wrzesień září zari eylül eylul сентября',
  'october oct oktober okt octobre octubre ottobre ott outubro lokakuu lokakuuta października pazdziernika październik října rijna říjen ekim октября',
  'november nov novembre noviembre novembro marraskuu marraskuuta listopada listopad listopadu kasım kasim ноября',
  'december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des joulukuu joulukuuta grudnia grudzień prosince prosinec aralık aralik декабря',
].map((names) => names.split(' '));

/** The number (1 to 12) behind each name. */
export const months: ReadonlyMap<string, number> = new Map(
  monthNames.flatMap((names, index) => names.map((name): [string, number] => [name, index + 1])),
);

/** "January 4" is written in English alone; elsewhere the day stands first. */
export const englishMonths =
  'january jan february feb march mar april apr may june jun july jul august aug september sept sep october oct november nov december dec'.split(
    ' ',
  );

/** Monday first. */
const weekdayNames: readonly (readonly string[])[] = [
  'monday mon montag mo lundi lunes lunedì lunedi maandag segunda segunda-feira måndag måndagen mandag mandagen maanantai maanantaina poniedziałek poniedzialek pondělí pondeli pazartesi понедельник 月曜日 月曜 星期一 周一 週一 월요일',
  'tuesday tue tues dienstag mardi martes martedì martedi dinsdag terça terça-feira tisdag tisdagen tirsdag tiistai tiistaina wtorek úterý utery salı sali вторник 火曜日 火曜 星期二 周二 週二 화요일',
  'wednesday wed mittwoch mercredi miércoles miercoles mercoledì mercoledi woensdag quarta quarta-feira onsdag onsdagen keskiviikko keskiviikkona środę środa sroda středa středu streda çarşamba carsamba среду 水曜日 水曜 星期三 周三 週三 수요일',
  'thursday thu thurs donnerstag jeudi jueves giovedì giovedi donderdag quinta quinta-feira torsdag torsdagen torstai torstaina czwartek čtvrtek ctvrtek perşembe persembe четверг 木曜日 木曜 星期四 周四 週四 목요일',
  'friday fri freitag vendredi viernes venerdì venerdi vrijdag sexta sexta-feira fredag fredagen perjantai perjantaina piątek piatek pátek patek cuma пятницу 金曜日 金曜 星期五 周五 週五 금요일',
  'saturday sat samstag sonnabend samedi sábado sabado sabato zaterdag lördag lørdag lauantai sobota sobotę sobotu cumartesi субботу 土曜日 星期六 周六 週六',
  'sunday sun sonntag dimanche domingo domenica zondag söndag søndag sunnuntai niedziela niedzielę neděle neděli pazar воскресенье 日曜日 星期日 星期天 周日 週日',
].map((names) => names.split(' '));

/** The number (Monday 1 to Sunday 7) behind each name. */
export const weekdays: ReadonlyMap<string, number> = new Map(
  weekdayNames.flatMap((names, index) => names.map((name): [string, number] => [name, index + 1])),
);
