# As palavras das páginas do produtor, em português do Brasil: «você». A fonte e as regras estão em
# en.ftl. «Operation» é «operação», que é o que se lê no Panorama; «field» é «talhão».

## Em todas as páginas

your-farm-software = seu software agrícola
unnamed = sem nome
and = e
what-happened = O que aconteceu
what-to-do-next = O que fazer agora

## Partes de outros textos

the-way = { $manage-operation }, depois { $data-sharing } e, por fim, { $connections }
asks-again =
    Fique um momento nesta página: ela verifica de novo sozinha, cada vez com menos frequência.
where-the-code-is =
    Onde está o código da organização? No Panorama, abra o menu principal e escolha sua operação.
    Trate o código como uma senha.

## As páginas

connected = Sua operação está conectada.
    .happened = O Panorama confirmou que compartilha esta operação com { $partner }.
    .step-1 = Volte para { $partner }. Você já pode fechar esta página.
    .aside =
        A decisão continua sendo sua. Para parar de compartilhar, abra { the-way } no Panorama e
        desative { $partner }.

finishing = Quase pronto: estamos aguardando o Panorama.
    .happened =
        Sua confirmação chegou e está guardada conosco. O Panorama ainda não respondeu, por isso sua
        operação ainda não está conectada a { $partner }.
    .step-1 = { asks-again }
    .stopped = Verifique de novo com o botão. A página parou de fazer isso por você.
    .step-2 =
        Não pode esperar? Você pode fechar esta página. Continuamos tentando por você; confira em
        { $partner } mais tarde.
    .button = Verificar de novo agora

expired = O tempo para conectar acabou.
    .happened =
        Já se passaram mais de 15 minutos desde que você começou em { $partner }, por isso sua
        operação ainda não está conectada. Guardamos sua confirmação por 24 horas.
    .step-1 = Volte para { $partner } e comece a conectar de novo.
    .step-2 =
        Digite o código da organização da mesma operação. Se você fizer isso em até 24 horas, ela se
        conecta na hora.
    .aside = { where-the-code-is }

link-expired = Este link expirou.
    .happened =
        Um link de { $partner } funciona por 15 minutos. Este é mais antigo, ou o tempo dele acabou
        antes que uma operação fosse conectada.
    .step-1 = Volte para { $partner } e comece a conectar de novo. Lá você recebe um novo link.

link-used = Este link já foi usado.
    .happened =
        Este link já conectou uma operação a { $partner }, e essa operação não compartilha mais seus
        dados.
    .step-1 =
        Para conectá-la de novo, volte para { $partner } e comece a conectar. Lá você recebe um novo
        link.

not-bound = Não conseguimos concluir a conexão.
    .happened =
        Não conseguimos identificar a que conta em { $partner } isto pertence. Talvez você tenha
        começado em outro navegador ou em outro aparelho, com duas contas ao mesmo tempo, ou há mais
        de 15 minutos; ou o compartilhamento está desativado no Panorama; ou sua operação já está
        conectada. O que você ativou no Panorama continua ativado.
    .step-1 =
        Abra { $partner }, ou o link que você recebeu, no navegador que você está usando agora.
    .step-2 = Comece a conectar de novo. Se o código da organização for pedido, digite-o.
    .step-3 = Quando o Panorama abrir, escolha sua operação e ative { $partner }.
    .aside = { where-the-code-is }

other-operation = Esta é outra operação.
    .happened =
        Você começou a conectar uma operação em { $partner }, mas no Panorama foi ativada outra. Por
        segurança, não a conectamos.
    .step-1 = Volte para { $partner } e comece de novo com a operação que você quer conectar.
    .step-2 = No Panorama, escolha essa mesma operação e depois ative { $partner }.
    .step-3 = Se você não quer compartilhar a outra operação, desative { $partner } nela.

not-shared = O compartilhamento parece estar desativado no Panorama.
    .happened =
        Perguntamos ao Panorama, e ele não confirmou que esta operação é compartilhada com
        { $partner }. Sua operação ainda não está conectada.
    .step-1 = No Panorama, escolha sua operação e abra { the-way }.
    .step-2 = Encontre { $partner } nessa tela e ative o compartilhamento.
    .step-3 =
        Se o Panorama não trouxer você de volta para cá, comece a conectar de novo em { $partner }.

operation-owned = Esta operação já está conectada.
    .happened =
        Ela está conectada a outra conta em { $partner }. Uma operação só pode estar conectada a uma
        conta por vez, por isso não mudamos nada.
    .step-1 =
        Você tem outra conta em { $partner }? Ou alguém da sua fazenda tem? Olhe lá primeiro.
    .step-2 =
        Era a operação errada? Comece de novo em { $partner } e escolha a certa no Panorama.
    .step-3 = Nenhuma das duas coisas? Peça ajuda à equipe de { $partner }.

too-many-operations = Foram tentadas operações demais.
    .happened =
        Um link conecta uma única operação, e com este foram tentadas várias diferentes. Para
        proteger os dados de todos, paramos por aqui.
    .step-1 = Volte para { $partner } e comece a conectar de novo.
    .step-2 =
        No Panorama, escolha só a operação que você quer conectar e depois ative { $partner }.
    .step-3 = Se você não quer compartilhar as outras, desative { $partner } nelas.

declined = Sua operação não foi conectada.
    .happened =
        O Panorama trouxe você de volta com a resposta de que o compartilhamento não foi ativado ou
        não funcionou. Não conectamos nada a { $partner }.
    .step-1 = Era isso que você queria? Então está tudo certo. Você pode fechar esta página.
    .step-2 =
        Mudou de ideia? Comece a conectar de novo em { $partner }. Quando o Panorama abrir, ative
        { $partner }.

whose-account = Esta é a sua conta?
    .happened =
        Este link conecta uma operação do Panorama à conta { $account } em { $partner }, que então
        poderá ler os talhões da operação e seus dados de plantio, pulverização e colheita.
    .step-1 =
        É a sua conta? Continue. No Panorama, escolha sua operação e ative { $partner }.
    .step-2 =
        Não é a sua conta, ou alguém enviou este link para você? Feche esta página. Nada é
        compartilhado.
    .button = Continuar para o Panorama

came-back = Conectar esta operação à sua conta?
    .happened =
        Seu navegador não informou que veio do Panorama, por isso perguntamos. A operação seria
        conectada à conta { $account } em { $partner }, que então poderá ler seus talhões e seus
        dados de plantio, pulverização e colheita.
    .step-1 =
        Você acabou de ativar { $partner } no Panorama, e esta é a sua conta? Então conecte.
    .step-2 = Caso contrário, feche esta página. Não mudamos nada.
    .button = Sim, conectar

busy = Aguarde um momento, por favor.
    .happened =
        Estamos recebendo solicitações demais da sua rede agora, por isso ainda não conseguimos
        guardar sua confirmação. O que você ativou no Panorama continua ativado.
    .step-1 = { asks-again }
    .stopped = Tente de novo com o botão. A página parou de fazer isso por você.
    .step-2 = Não pode esperar? Volte para { $partner } mais tarde e comece a conectar de novo.
    .button = Tentar de novo agora

opened-elsewhere = Este link já foi aberto em outro navegador.
    .happened =
        Ele conecta uma operação do Panorama à conta { $account } em { $partner }, que então poderá
        ler os dados da operação. O outro navegador pode ter sido o de outro aparelho ou um dentro
        de outro aplicativo. Um link funciona em um navegador por vez.
    .step-1 =
        Continue aqui somente se for a sua conta e se foi você quem abriu o link antes.
    .step-2 =
        Não foi você, ou não tem certeza? Feche esta página. Comece a conectar de novo em
        { $partner } ou peça lá um novo link.
    .button = Fui eu que abri: continuar

unknown-link = Este link não funciona.
    .happened = Ele está incompleto, foi digitado errado ou não vale mais. Não mudamos nada.
    .step-1 = Você copiou o link? Verifique se ele está completo.
    .step-2 = Se não for isso, comece a conectar de novo em { $partner } ou peça lá um novo link.

unavailable = Não conseguimos conectar você agora.
    .happened =
        Algo não está funcionando do nosso lado. Não é culpa sua, e o que você ativou no Panorama
        continua ativado.
    .step-1 = { asks-again }
    .stopped = Tente de novo com o botão. A página parou de fazer isso por você.
    .step-2 = Ainda não funciona? Comece a conectar de novo mais tarde em { $partner }.
    .button = Tentar de novo agora

## Parts of the pages of magic links

go-and-switch = No Panorama, escolha sua operação e ative { $partner }.
brings-back = Depois, o Panorama traz você de volta para cá. Você não precisa de nenhum código.
not-yours =
    Não é a sua conta, ou você não esperava este link? Feche esta página: nada é compartilhado.
    Alguma pergunta? Fale com a equipe de { $partner } que o enviou.

## The pages of magic links

link-ask = Conectar sua operação a { $partner }?
    .happened =
        Este link é para a conta { $account } em { $partner }. Se você concordar, essa conta poderá
        ler o que uma das suas operações do Panorama compartilha. A decisão continua sendo sua.
    .step-1 = É a sua conta? Continue para o Panorama.
    .step-2 = { go-and-switch }
    .step-3 = { brings-back }
    .button = Continuar para o Panorama
    .aside = { not-yours }

link-reconnect = Conectar sua operação de novo?
    .happened =
        A conta { $account } em { $partner } estava conectada a uma operação sua do Panorama e não
        recebe mais os dados dela. Este link conecta de novo essa mesma operação, e nenhuma outra.
    .step-1 = É a sua conta? Continue para o Panorama.
    .step-2 = No Panorama, escolha a mesma operação de antes e ative { $partner }.
    .step-3 = { brings-back }
    .button = Continuar para o Panorama
    .aside = { not-yours }

link-under-way = Agora é com você, no Panorama
    .happened =
        Você começou a conectar uma operação à conta { $account } em { $partner }, e o Panorama
        ainda não trouxe você de volta.
    .step-1 = { go-and-switch }
    .step-2 = { brings-back }
    .button = Continuar para o Panorama

link-other-operation = Esta é outra operação.
    .happened =
        Este link conecta de novo a mesma operação de antes, mas no Panorama foi ativada outra. Por
        segurança, não a conectamos.
    .step-1 =
        Comece de novo com o botão. No Panorama, escolha a mesma operação de antes e ative
        { $partner }.
    .step-2 = Se você não quer compartilhar a outra operação, desative { $partner } nela.
    .button = Começar de novo

link-timed-out = O tempo acabou.
    .happened =
        Você tem 15 minutos a partir do momento em que continua para o Panorama, e eles já passaram.
        Sua operação ainda não está conectada a { $partner }.
    .step-1 = Comece de novo com o botão. Você terá mais 15 minutos.
    .step-2 = { go-and-switch }
    .button = Começar de novo

link-over = Este link expirou.
    .happened =
        Um link de { $partner } funciona por tempo limitado, e o tempo deste já passou. Não mudamos
        nada.
    .step-1 = Peça um novo link à equipe de { $partner }.

link-used-up = Este link não pode mais ser usado.
    .happened =
        Ele foi usado tantas vezes quanto é permitido. O que foi conectado com ele continua
        conectado.
    .step-1 = Abra { $partner } para ver se sua operação está conectada.
    .step-2 = Se não estiver, peça um novo link à equipe de { $partner }.

link-disconnected = Sua operação está desconectada.
    .happened =
        A conta { $account } em { $partner } não lê mais nada dela. O que já foi lido permanece lá.
    .step-1 = Desative também no Panorama: abra { the-way } e desative { $partner }.
    .step-2 = Você já pode fechar esta página.

start-again-text =
    Comece de novo com o botão. No Panorama, escolha a operação que você quer conectar e ative
    { $partner }.
start-again = Começar de novo

what-is-read = O que é lido
what-is-read-text =
    Os nomes de produtores, fazendas e talhões; os dados de plantio, pulverização e colheita com
    seus arquivos de máquina.
what-is-not = O que nunca é lido
what-is-not-text =
    Sua senha e as operações que você não escolher. Nada é alterado no Panorama.
how-long = Por quanto tempo
how-long-text = Até você desativar { $partner } no Panorama. Você pode fazer isso quando quiser.

the-picture-text =
    Uma imagem do Panorama: sua operação e, abaixo dela, { $partner } com uma chave que você ativa.

time-left = Tempo restante
arrived = Recebido até agora
fields-arrived = Talhões
files-arrived = Arquivos de máquina
back-to-partner = Voltar para { $partner }

disconnect = Desconectar
disconnect-text =
    A conta { $account } em { $partner } não lerá mais nada da sua operação. O que já foi lido
    permanece lá.
disconnect-now = Sim, desconectar

## The receipt

receipt = Recibo do que você compartilha
receipt-text =
    Guarde-o: imprima ou salve a página. Ele não contém nenhum código, e ninguém pode fazer nada com
    ele.
receipt-number = Número
receipt-issued = Emitido em
receipt-since = Conectada desde
receipt-account = Conta
receipt-recipient = Compartilhado com
receipt-purpose = Para quê
receipt-purpose-text = Para usar os dados da sua operação em { $partner }.
receipt-consent = Consentimento
receipt-consent-text = Dado por você: você ativou { $partner } no Panorama.
receipt-end = Como encerrar
receipt-end-text = Abra { the-way } no Panorama e desative { $partner }.
receipt-kept = Por quanto tempo fica guardado
receipt-kept-text =
    Dados novos são lidos até você encerrar. Por quanto tempo o que foi lido fica guardado, e por
    qual lei, a equipe de { $partner } informa.
receipt-json = O mesmo para programas (JSON)
