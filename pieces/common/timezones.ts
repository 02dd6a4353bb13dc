import { Property } from '@piecework/framework'

/**
 * The IANA zones under their names of today, by what their clocks are ahead of UTC outside of daylight saving time.
 * Written down, as asking the runtime for each takes a tenth of a second whenever a piece with a zone is loaded.
 */
const ZONES: Record<string, string> = {
  '-11:00': 'Pacific/Midway Pacific/Niue Pacific/Pago_Pago',
  '-10:00': 'America/Adak Pacific/Honolulu Pacific/Rarotonga Pacific/Tahiti',
  '-09:30': 'Pacific/Marquesas',
  '-09:00':
    'America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka America/Yakutat Pacific/Gambier',
  '-08:00': 'America/Los_Angeles America/Tijuana America/Vancouver Pacific/Pitcairn',
  '-07:00':
    'America/Boise America/Cambridge_Bay America/Ciudad_Juarez America/Creston America/Dawson America/Dawson_Creek America/Denver America/Edmonton America/Fort_Nelson America/Hermosillo America/Inuvik America/Mazatlan America/Phoenix America/Whitehorse',
  '-06:00':
    'America/Bahia_Banderas America/Belize America/Chicago America/Chihuahua America/Costa_Rica America/El_Salvador America/Guatemala America/Indiana/Knox America/Indiana/Tell_City America/Managua America/Matamoros America/Menominee America/Merida America/Mexico_City America/Monterrey America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Ojinaga America/Rankin_Inlet America/Regina America/Resolute America/Swift_Current America/Tegucigalpa America/Winnipeg Pacific/Easter Pacific/Galapagos',
  '-05:00':
    'America/Atikokan America/Bogota America/Cancun America/Cayman America/Detroit America/Eirunepe America/Grand_Turk America/Guayaquil America/Havana America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes America/Indiana/Winamac America/Iqaluit America/Jamaica America/Kentucky/Louisville America/Kentucky/Monticello America/Lima America/Nassau America/New_York America/Panama America/Port-au-Prince America/Rio_Branco America/Toronto',
  '-04:00':
    'America/Anguilla America/Antigua America/Aruba America/Asuncion America/Barbados America/Blanc-Sablon America/Boa_Vista America/Campo_Grande America/Caracas America/Coyhaique America/Cuiaba America/Curacao America/Dominica America/Glace_Bay America/Goose_Bay America/Grenada America/Guadeloupe America/Guyana America/Halifax America/Kralendijk America/La_Paz America/Lower_Princes America/Manaus America/Marigot America/Martinique America/Moncton America/Montserrat America/Port_of_Spain America/Porto_Velho America/Puerto_Rico America/Santiago America/Santo_Domingo America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Thule America/Tortola Atlantic/Bermuda',
  '-03:30': 'America/St_Johns',
  '-03:00':
    'America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Bahia America/Belem America/Cayenne America/Fortaleza America/Maceio America/Miquelon America/Montevideo America/Paramaribo America/Punta_Arenas America/Recife America/Santarem America/Sao_Paulo Antarctica/Palmer Antarctica/Rothera Atlantic/Stanley',
  '-02:00': 'America/Noronha America/Nuuk Atlantic/South_Georgia',
  '-01:00': 'America/Scoresbysund Atlantic/Azores Atlantic/Cape_Verde',
  '+00:00':
    'Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Sao_Tome America/Danmarkshavn Antarctica/Troll Atlantic/Canary Atlantic/Faroe Atlantic/Madeira Atlantic/Reykjavik Atlantic/St_Helena Europe/Dublin Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/Lisbon Europe/London',
  '+01:00':
    'Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Casablanca Africa/Ceuta Africa/Douala Africa/El_Aaiun Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo Africa/Tunis Arctic/Longyearbyen Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich',
  '+02:00':
    'Africa/Blantyre Africa/Bujumbura Africa/Cairo Africa/Gaborone Africa/Harare Africa/Johannesburg Africa/Juba Africa/Khartoum Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Maseru Africa/Mbabane Africa/Tripoli Africa/Windhoek Asia/Beirut Asia/Famagusta Asia/Gaza Asia/Hebron Asia/Jerusalem Asia/Nicosia Europe/Athens Europe/Bucharest Europe/Chisinau Europe/Helsinki Europe/Kaliningrad Europe/Kyiv Europe/Mariehamn Europe/Riga Europe/Sofia Europe/Tallinn Europe/Vilnius',
  '+03:00':
    'Africa/Addis_Ababa Africa/Asmara Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi Antarctica/Syowa Asia/Aden Asia/Amman Asia/Baghdad Asia/Bahrain Asia/Damascus Asia/Kuwait Asia/Qatar Asia/Riyadh Europe/Istanbul Europe/Kirov Europe/Minsk Europe/Moscow Europe/Simferopol Europe/Volgograd Indian/Antananarivo Indian/Comoro Indian/Mayotte',
  '+03:30': 'Asia/Tehran',
  '+04:00':
    'Asia/Baku Asia/Dubai Asia/Muscat Asia/Tbilisi Asia/Yerevan Europe/Astrakhan Europe/Samara Europe/Saratov Europe/Ulyanovsk Indian/Mahe Indian/Mauritius Indian/Reunion',
  '+04:30': 'Asia/Kabul',
  '+05:00':
    'Antarctica/Mawson Antarctica/Vostok Asia/Almaty Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Atyrau Asia/Dushanbe Asia/Karachi Asia/Oral Asia/Qostanay Asia/Qyzylorda Asia/Samarkand Asia/Tashkent Asia/Yekaterinburg Indian/Kerguelen Indian/Maldives',
  '+05:30': 'Asia/Colombo Asia/Kolkata',
  '+05:45': 'Asia/Kathmandu',
  '+06:00': 'Asia/Bishkek Asia/Dhaka Asia/Omsk Asia/Thimphu Asia/Urumqi Indian/Chagos',
  '+06:30': 'Asia/Yangon Indian/Cocos',
  '+07:00':
    'Antarctica/Davis Asia/Bangkok Asia/Barnaul Asia/Ho_Chi_Minh Asia/Hovd Asia/Jakarta Asia/Krasnoyarsk Asia/Novokuznetsk Asia/Novosibirsk Asia/Phnom_Penh Asia/Pontianak Asia/Tomsk Asia/Vientiane Indian/Christmas',
  '+08:00':
    'Antarctica/Casey Asia/Brunei Asia/Hong_Kong Asia/Irkutsk Asia/Kuala_Lumpur Asia/Kuching Asia/Macau Asia/Makassar Asia/Manila Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Ulaanbaatar Australia/Perth',
  '+08:45': 'Australia/Eucla',
  '+09:00':
    'Asia/Chita Asia/Dili Asia/Jayapura Asia/Khandyga Asia/Pyongyang Asia/Seoul Asia/Tokyo Asia/Yakutsk Pacific/Palau',
  '+09:30': 'Australia/Adelaide Australia/Broken_Hill Australia/Darwin',
  '+10:00':
    'Antarctica/DumontDUrville Antarctica/Macquarie Asia/Ust-Nera Asia/Vladivostok Australia/Brisbane Australia/Hobart Australia/Lindeman Australia/Melbourne Australia/Sydney Pacific/Chuuk Pacific/Guam Pacific/Port_Moresby Pacific/Saipan',
  '+10:30': 'Australia/Lord_Howe',
  '+11:00':
    'Asia/Magadan Asia/Sakhalin Asia/Srednekolymsk Pacific/Bougainville Pacific/Efate Pacific/Guadalcanal Pacific/Kosrae Pacific/Norfolk Pacific/Noumea Pacific/Pohnpei',
  '+12:00':
    'Antarctica/McMurdo Asia/Anadyr Asia/Kamchatka Pacific/Auckland Pacific/Fiji Pacific/Funafuti Pacific/Kwajalein Pacific/Majuro Pacific/Nauru Pacific/Tarawa Pacific/Wake Pacific/Wallis',
  '+12:45': 'Pacific/Chatham',
  '+13:00': 'Pacific/Apia Pacific/Fakaofo Pacific/Kanton Pacific/Tongatapu',
  '+14:00': 'Pacific/Kiritimati',
}

const options = Object.entries(ZONES).flatMap(([offset, zones]) =>
  zones.split(' ').map((zone) => ({
    label: `(GMT${offset}) ${zone.replaceAll('_', ' ').replaceAll('/', ', ')}`,
    value: zone,
  })),
)

/** UTC first, then from west to east. */
export const TIME_ZONE_OPTIONS = { options: [{ label: 'UTC', value: 'UTC' }, ...options] }

/** A dropdown of time zones that starts as UTC. */
export function timeZoneProperty(displayName: string) {
  return Property.StaticDropdown<string, true>({
    displayName,
    required: true,
    defaultValue: 'UTC',
    options: TIME_ZONE_OPTIONS,
  })
}
