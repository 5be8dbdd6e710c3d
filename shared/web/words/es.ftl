# Las palabras de las páginas del agricultor, en español: de usted, sin regionalismos. La fuente y
# las reglas están en en.ftl. «Operation» es «operación», que es lo que se lee en Panorama; «field»
# es «parcela».

## En todas las páginas

your-farm-software = su software agrícola
unnamed = sin nombre
and = y
what-happened = Qué ha pasado
what-to-do-next = Qué hacer ahora

## Partes de otros textos

the-way = { $manage-operation }, luego { $data-sharing } y después { $connections }
asks-again =
    Quédese un momento en esta página: vuelve a comprobar por sí sola, cada vez con menos
    frecuencia.
where-the-code-is =
    ¿Dónde está el código de organización? En Panorama, abra el menú principal y elija su operación.
    Trate el código como una contraseña.

## Las páginas

connected = Su operación está conectada.
    .happened = Panorama ha confirmado que comparte esta operación con { $partner }.
    .step-1 = Vuelva a { $partner }. Ya puede cerrar esta página.
    .aside =
        Usted decide en todo momento. Para dejar de compartir, abra { the-way } en Panorama y
        desactive { $partner }.

finishing = Ya casi está: esperamos la respuesta de Panorama.
    .happened =
        Su confirmación ha llegado y la tenemos guardada. Panorama todavía no ha respondido, así que
        su operación aún no está conectada a { $partner }.
    .step-1 = { asks-again }
    .stopped = Compruebe de nuevo con el botón. La página ya no lo hace por usted.
    .step-2 =
        ¿No puede esperar? Puede cerrar esta página. Nosotros lo seguimos intentando; consulte
        { $partner } más tarde.
    .button = Comprobar de nuevo ahora

expired = Se agotó el tiempo para conectar.
    .happened =
        Han pasado más de 15 minutos desde que empezó en { $partner }, así que su operación aún no
        está conectada. Guardamos su confirmación durante 24 horas.
    .step-1 = Vuelva a { $partner } y empiece de nuevo a conectar.
    .step-2 =
        Introduzca el código de organización de la misma operación. Si lo hace en las próximas 24
        horas, se conecta al instante.
    .aside = { where-the-code-is }

link-expired = Este enlace ha caducado.
    .happened =
        Un enlace de { $partner } funciona durante 15 minutos. Este es más antiguo, o su tiempo se
        acabó antes de que se conectara una operación.
    .step-1 = Vuelva a { $partner } y empiece de nuevo a conectar. Allí recibirá un enlace nuevo.

link-used = Este enlace ya se ha usado.
    .happened =
        Con este enlace ya se conectó una operación a { $partner }, y esa operación ya no comparte
        sus datos.
    .step-1 =
        Para conectarla otra vez, vuelva a { $partner } y empiece a conectar. Allí recibirá un
        enlace nuevo.

not-bound = No hemos podido terminar la conexión.
    .happened =
        No hemos podido saber a qué cuenta de { $partner } corresponde. Tal vez empezó en otro
        navegador o en otro dispositivo, con dos cuentas a la vez, o hace más de 15 minutos; o el
        interruptor de Panorama está desactivado; o su operación ya está conectada. Lo que activó en
        Panorama sigue activado.
    .step-1 = Abra { $partner }, o el enlace que recibió, en el navegador que está usando ahora.
    .step-2 = Empiece de nuevo a conectar. Si se le pide el código de organización, introdúzcalo.
    .step-3 = Cuando se abra Panorama, elija su operación y active { $partner }.
    .aside = { where-the-code-is }

other-operation = Esta es otra operación.
    .happened =
        Usted empezó a conectar una operación en { $partner }, pero en Panorama se activó otra. Por
        seguridad, no la hemos conectado.
    .step-1 = Vuelva a { $partner } y empiece otra vez con la operación que quiere conectar.
    .step-2 = En Panorama, elija esa misma operación y luego active { $partner }.
    .step-3 = Si no quiere compartir la otra operación, desactive { $partner } en ella.

not-shared = El interruptor de Panorama parece estar desactivado.
    .happened =
        Hemos preguntado a Panorama y no ha confirmado que esta operación se comparta con
        { $partner }. Su operación aún no está conectada.
    .step-1 = En Panorama, elija su operación y abra { the-way }.
    .step-2 = Busque allí { $partner } y active su interruptor.
    .step-3 =
        Si Panorama no le trae de vuelta aquí, empiece de nuevo a conectar en { $partner }.

operation-owned = Esta operación ya está conectada.
    .happened =
        Está conectada a otra cuenta de { $partner }. Una operación solo puede estar conectada a una
        cuenta a la vez, así que no hemos cambiado nada.
    .step-1 =
        ¿Tiene usted otra cuenta en { $partner }? ¿O la tiene otra persona de su finca? Mire primero
        allí.
    .step-2 =
        ¿Era la operación equivocada? Empiece otra vez en { $partner } y elija la correcta en
        Panorama.
    .step-3 = ¿Ninguna de las dos cosas? Pida ayuda al equipo de { $partner }.

too-many-operations = Se han probado demasiadas operaciones.
    .happened =
        Un enlace conecta una sola operación, y con este se han probado demasiadas distintas. Para
        proteger los datos de todos, nos hemos detenido aquí.
    .step-1 = Vuelva a { $partner } y empiece de nuevo a conectar.
    .step-2 =
        En Panorama, elija solo la operación que quiere conectar y luego active { $partner }.
    .step-3 = Si no quiere compartir las demás, desactive { $partner } en ellas.

declined = Su operación no se ha conectado.
    .happened =
        Panorama le ha enviado de vuelta con la respuesta de que no se activó el uso compartido, o
        de que algo falló. No hemos conectado nada a { $partner }.
    .step-1 = ¿Era lo que quería? Entonces ya está. Puede cerrar esta página.
    .step-2 =
        ¿Ha cambiado de opinión? Empiece de nuevo a conectar en { $partner }. Cuando se abra
        Panorama, active { $partner }.

whose-account = ¿Es esta su cuenta?
    .happened =
        Este enlace conecta una operación de Panorama a la cuenta { $account } de { $partner }, que
        entonces podrá leer las parcelas de la operación y sus datos de siembra, pulverización y
        cosecha.
    .step-1 =
        ¿Es su cuenta? Continúe. En Panorama, elija su operación y active { $partner }.
    .step-2 =
        ¿No es su cuenta, o alguien le ha enviado este enlace? Cierre esta página. No se comparte
        nada.
    .button = Continuar a Panorama

came-back = ¿Conectar esta operación a su cuenta?
    .happened =
        Su navegador no indicó que venía de Panorama, por eso preguntamos. La operación se
        conectaría a la cuenta { $account } de { $partner }, que entonces podrá leer sus parcelas y
        sus datos de siembra, pulverización y cosecha.
    .step-1 =
        ¿Acaba de activar { $partner } en Panorama, y es esta su cuenta? Entonces conéctela.
    .step-2 = Si no, cierre esta página. No hemos cambiado nada.
    .button = Sí, conectarla

busy = Espere un momento, por favor.
    .happened =
        Ahora mismo recibimos demasiadas solicitudes desde su red, así que aún no hemos podido
        guardar su confirmación. Lo que activó en Panorama sigue activado.
    .step-1 = { asks-again }
    .stopped = Inténtelo de nuevo con el botón. La página ya no lo hace por usted.
    .step-2 = ¿No puede esperar? Vuelva más tarde a { $partner } y empiece de nuevo a conectar.
    .button = Intentarlo de nuevo ahora

opened-elsewhere = Este enlace ya se abrió en otro navegador.
    .happened =
        Conecta una operación de Panorama a la cuenta { $account } de { $partner }, que entonces
        podrá leer los datos de la operación. El otro navegador puede haber sido el de otro
        dispositivo, o uno dentro de otra aplicación. Un enlace funciona en un solo navegador a la
        vez.
    .step-1 =
        Continúe aquí solo si es su cuenta y fue usted quien abrió el enlace antes.
    .step-2 =
        ¿No fue usted, o tiene dudas? Cierre esta página. Empiece de nuevo a conectar en
        { $partner } o pida allí un enlace nuevo.
    .button = Lo abrí yo: continuar

unknown-link = Este enlace no funciona.
    .happened = Está incompleto, mal escrito o ya no es válido. No hemos cambiado nada.
    .step-1 = ¿Copió el enlace? Compruebe que lo tiene entero.
    .step-2 = Si no, empiece de nuevo a conectar en { $partner } o pida allí un enlace nuevo.

unavailable = En este momento no podemos hacer la conexión.
    .happened =
        Algo no funciona de nuestro lado. No es culpa suya, y lo que activó en Panorama sigue
        activado.
    .step-1 = { asks-again }
    .stopped = Inténtelo de nuevo con el botón. La página ya no lo hace por usted.
    .step-2 = ¿Sigue sin funcionar? Empiece de nuevo a conectar más tarde en { $partner }.
    .button = Intentarlo de nuevo ahora

## Parts of the pages of magic links

go-and-switch = En Panorama, elija su operación y active { $partner }.
brings-back = Después, Panorama le trae de vuelta aquí. No necesita ningún código.
not-yours =
    ¿No es su cuenta, o no esperaba este enlace? Cierre esta página: no se comparte nada. ¿Tiene
    preguntas? Hable con el equipo de { $partner } que se lo envió.

## The pages of magic links

link-ask = ¿Conectar su operación a { $partner }?
    .happened =
        Este enlace es para la cuenta { $account } de { $partner }. Si usted acepta, esa cuenta
        podrá leer lo que comparte una de sus operaciones de Panorama. Usted decide en todo momento.
    .step-1 = ¿Es su cuenta? Continúe a Panorama.
    .step-2 = { go-and-switch }
    .step-3 = { brings-back }
    .button = Continuar a Panorama
    .aside = { not-yours }

link-reconnect = ¿Conectar de nuevo su operación?
    .happened =
        La cuenta { $account } de { $partner } estaba conectada a una operación suya de Panorama, y
        ya no recibe sus datos. Este enlace conecta de nuevo esa misma operación, y ninguna otra.
    .step-1 = ¿Es su cuenta? Continúe a Panorama.
    .step-2 = En Panorama, elija la misma operación que antes y active { $partner }.
    .step-3 = { brings-back }
    .button = Continuar a Panorama
    .aside = { not-yours }

link-under-way = Ahora le toca a usted, en Panorama
    .happened =
        Ha empezado a conectar una operación a la cuenta { $account } de { $partner }, y Panorama
        todavía no le ha traído de vuelta.
    .step-1 = { go-and-switch }
    .step-2 = { brings-back }
    .button = Continuar a Panorama

link-other-operation = Esta es otra operación.
    .happened =
        Este enlace vuelve a conectar la misma operación que antes, pero en Panorama se activó otra.
        Por seguridad, no la hemos conectado.
    .step-1 =
        Empiece de nuevo con el botón. En Panorama, elija la misma operación que antes y active
        { $partner }.
    .step-2 = Si no quiere compartir la otra operación, desactive { $partner } en ella.
    .button = Empezar de nuevo

link-timed-out = Se agotó el tiempo.
    .happened =
        Tiene 15 minutos desde el momento en que continúa a Panorama, y ya han pasado. Su operación
        aún no está conectada a { $partner }.
    .step-1 = Empiece de nuevo con el botón. Tendrá otros 15 minutos.
    .step-2 = { go-and-switch }
    .button = Empezar de nuevo

link-over = Este enlace ha caducado.
    .happened =
        Un enlace de { $partner } funciona durante un tiempo limitado, y el de este ya pasó. No
        hemos cambiado nada.
    .step-1 = Pida un enlace nuevo al equipo de { $partner }.

link-used-up = Este enlace ya no se puede usar más.
    .happened =
        Se ha usado tantas veces como se puede. Lo que se conectó con él sigue conectado.
    .step-1 = Abra { $partner } para ver si su operación está conectada.
    .step-2 = Si no lo está, pida un enlace nuevo al equipo de { $partner }.

link-disconnected = Su operación está desconectada.
    .happened =
        La cuenta { $account } de { $partner } ya no lee nada de ella. Lo que ya ha leído se queda
        allí.
    .step-1 = Desactívela también en Panorama: abra { the-way } y desactive { $partner }.
    .step-2 = Ya puede cerrar esta página.

start-again-text =
    Empiece de nuevo con el botón. En Panorama, elija la operación que quiere conectar y active
    { $partner }.
start-again = Empezar de nuevo

what-is-read = Qué se lee
what-is-read-text =
    Los nombres de productores, fincas y parcelas; los datos de siembra, pulverización y cosecha con
    sus archivos de máquina.
what-is-not = Qué no se lee nunca
what-is-not-text =
    Su contraseña, ni las operaciones que usted no elija. En Panorama no se cambia nada.
how-long = Durante cuánto tiempo
how-long-text = Hasta que desactive { $partner } en Panorama. Puede hacerlo en cualquier momento.

the-picture-text =
    Una imagen de Panorama: su operación y, debajo, { $partner } con un interruptor que usted
    activa.

time-left = Tiempo restante
arrived = Recibido hasta ahora
fields-arrived = Parcelas
files-arrived = Archivos de máquina
back-to-partner = Volver a { $partner }

disconnect = Desconectar
disconnect-text =
    La cuenta { $account } de { $partner } ya no leerá nada de su operación. Lo que ya ha leído se
    queda allí.
disconnect-now = Sí, desconectar

## The receipt

receipt = Recibo de lo que comparte
receipt-text =
    Guárdelo: imprima o guarde la página. No contiene ningún código y nadie puede hacer nada con él.
receipt-number = Número
receipt-issued = Emitido
receipt-since = Conectada desde
receipt-account = Cuenta
receipt-recipient = Se comparte con
receipt-purpose = Para qué
receipt-purpose-text = Para usar los datos de su operación en { $partner }.
receipt-consent = Consentimiento
receipt-consent-text = Lo dio usted: activó { $partner } en Panorama.
receipt-end = Cómo ponerle fin
receipt-end-text = Abra { the-way } en Panorama y desactive { $partner }.
receipt-kept = Cuánto tiempo se guarda
receipt-kept-text =
    Se leen datos nuevos hasta que usted le ponga fin. Cuánto tiempo se guarda lo ya leído, y según
    qué ley, se lo dirá el equipo de { $partner }.
receipt-json = Lo mismo para programas (JSON)
