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
        começado em outro navegador ou em outro aparelho, ou há mais de 15 minutos; ou o
        compartilhamento está desativado no Panorama; ou sua operação já está conectada. O que você
        ativou no Panorama continua ativado.
    .step-1 = Abra { $partner } no navegador que você está usando agora.
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
        Não foi você, ou não tem certeza? Feche esta página, volte para { $partner } e comece a
        conectar de novo.
    .button = Fui eu que abri: continuar

unknown-link = Este link não funciona.
    .happened = Ele está incompleto, foi digitado errado ou não vale mais. Não mudamos nada.
    .step-1 = Você copiou o link? Verifique se ele está completo.
    .step-2 =
        Se não for isso, volte para { $partner } e comece a conectar de novo. Lá você recebe um novo
        link.

unavailable = Não conseguimos conectar você agora.
    .happened =
        Algo não está funcionando do nosso lado. Não é culpa sua, e o que você ativou no Panorama
        continua ativado.
    .step-1 = { asks-again }
    .stopped = Tente de novo com o botão. A página parou de fazer isso por você.
    .step-2 = Ainda não funciona? Comece a conectar de novo mais tarde em { $partner }.
    .button = Tentar de novo agora
