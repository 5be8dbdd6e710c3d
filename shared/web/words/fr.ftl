# Les mots des pages de l’agriculteur, en français : « vous ». La source et les règles sont dans
# en.ftl. « Operation » se dit « exploitation », « field » se dit « parcelle ». Pas de « de » ni de
# « que » devant { $partner } : le nom peut commencer par une voyelle. Une espace insécable précède
# les signes doubles.

## Sur toutes les pages

your-farm-software = votre logiciel agricole
unnamed = sans nom
and = et
what-happened = Ce qui s’est passé
what-to-do-next = Que faire maintenant

## Parties d’autres textes

the-way = { $manage-operation }, puis { $data-sharing }, puis { $connections }
asks-again =
    Restez un instant sur cette page : elle vérifie d’elle-même, de moins en moins souvent.
where-the-code-is =
    Où se trouve le code d’organisation ? Dans Panorama, ouvrez le menu principal et choisissez
    votre exploitation. Gardez ce code comme un mot de passe.

## Les pages

connected = Votre exploitation est connectée.
    .happened = Panorama a confirmé le partage de cette exploitation avec { $partner }.
    .step-1 = Retournez dans { $partner }. Vous pouvez fermer cette page.
    .aside =
        La décision vous appartient toujours. Pour arrêter le partage, ouvrez { the-way } dans
        Panorama et désactivez { $partner }.

finishing = C’est presque terminé : nous attendons Panorama.
    .happened =
        Votre confirmation est bien arrivée et nous la conservons. Panorama n’a pas encore répondu :
        votre exploitation n’est donc pas encore connectée à { $partner }.
    .step-1 = { asks-again }
    .stopped = Vérifiez de nouveau avec le bouton. La page ne le fait plus pour vous.
    .step-2 =
        Pas le temps d’attendre ? Vous pouvez fermer cette page. Nous continuons d’essayer pour
        vous ; regardez plus tard dans { $partner }.
    .button = Vérifier de nouveau maintenant

expired = Le délai pour connecter est écoulé.
    .happened =
        Plus de 15 minutes se sont écoulées depuis que vous avez commencé dans { $partner } : votre
        exploitation n’est donc pas encore connectée. Nous conservons votre confirmation pendant
        24 heures.
    .step-1 = Retournez dans { $partner } et recommencez la connexion.
    .step-2 =
        Saisissez le code d’organisation de la même exploitation. Dans les 24 heures, cela la
        connecte aussitôt.
    .aside = { where-the-code-is }

link-expired = Ce lien a expiré.
    .happened =
        Un lien reçu dans { $partner } fonctionne pendant 15 minutes. Celui-ci est plus ancien, ou
        son délai s’est écoulé avant qu’une exploitation soit connectée.
    .step-1 =
        Retournez dans { $partner } et recommencez la connexion. Vous y recevrez un nouveau lien.

link-used = Ce lien a déjà servi.
    .happened =
        Ce lien a déjà connecté une exploitation à { $partner }, et cette exploitation ne partage
        plus ses données.
    .step-1 =
        Pour la connecter de nouveau, retournez dans { $partner } et recommencez la connexion. Vous
        y recevrez un nouveau lien.

not-bound = Nous n’avons pas pu terminer la connexion.
    .happened =
        Nous n’avons pas pu déterminer à quel compte dans { $partner } cela correspond. Vous avez
        peut-être commencé dans un autre navigateur ou sur un autre appareil, avec deux comptes à la
        fois, ou il y a plus de 15 minutes ; ou l’interrupteur dans Panorama est désactivé ; ou
        votre exploitation est déjà connectée. Ce que vous avez activé dans Panorama reste activé.
    .step-1 =
        Ouvrez { $partner }, ou le lien que vous avez reçu, dans le navigateur que vous utilisez en
        ce moment.
    .step-2 =
        Recommencez la connexion. Si le code d’organisation vous est demandé, saisissez-le.
    .step-3 = Quand Panorama s’ouvre, choisissez votre exploitation et activez { $partner }.
    .aside = { where-the-code-is }

other-operation = C’est une autre exploitation.
    .happened =
        Vous avez commencé à connecter une exploitation dans { $partner }, mais une autre a été
        activée dans Panorama. Par sécurité, nous ne l’avons pas connectée.
    .step-1 =
        Retournez dans { $partner } et recommencez avec l’exploitation que vous voulez connecter.
    .step-2 = Dans Panorama, choisissez cette même exploitation, puis activez { $partner }.
    .step-3 =
        Si vous ne voulez pas partager l’autre exploitation, désactivez { $partner } pour celle-ci.

not-shared = L’interrupteur dans Panorama semble désactivé.
    .happened =
        Nous avons interrogé Panorama, qui n’a pas confirmé le partage de cette exploitation avec
        { $partner }. Votre exploitation n’est pas encore connectée.
    .step-1 = Dans Panorama, choisissez votre exploitation et ouvrez { the-way }.
    .step-2 = Cherchez-y { $partner } et activez l’interrupteur.
    .step-3 =
        Si Panorama ne vous ramène pas ici, recommencez la connexion dans { $partner }.

operation-owned = Cette exploitation est déjà connectée.
    .happened =
        Elle est connectée à un autre compte dans { $partner }. Une exploitation ne peut être
        connectée qu’à un seul compte à la fois : nous n’avons donc rien changé.
    .step-1 =
        Avez-vous un deuxième compte dans { $partner } ? Ou quelqu’un d’autre sur votre ferme en
        a-t-il un ? Regardez d’abord là.
    .step-2 =
        Était-ce la mauvaise exploitation ? Recommencez dans { $partner } et choisissez la bonne
        dans Panorama.
    .step-3 = Ni l’un ni l’autre ? Demandez de l’aide à { $partner }.

too-many-operations = Trop d’exploitations ont été essayées.
    .happened =
        Un lien connecte une seule exploitation, et trop d’exploitations différentes ont été
        essayées avec celui-ci. Pour protéger les données de chacun, nous nous sommes arrêtés là.
    .step-1 = Retournez dans { $partner } et recommencez la connexion.
    .step-2 =
        Dans Panorama, choisissez la seule exploitation que vous voulez connecter, puis activez
        { $partner }.
    .step-3 =
        Si vous ne voulez pas partager les autres, désactivez { $partner } pour celles-ci.

declined = Votre exploitation n’a pas été connectée.
    .happened =
        Panorama vous a renvoyé ici en indiquant que le partage n’a pas été activé ou n’a pas
        fonctionné. Nous n’avons rien connecté à { $partner }.
    .step-1 =
        C’est ce que vous vouliez ? Alors tout est en ordre. Vous pouvez fermer cette page.
    .step-2 =
        Vous avez changé d’avis ? Recommencez la connexion dans { $partner }. Quand Panorama
        s’ouvre, activez { $partner }.

whose-account = Est-ce bien votre compte ?
    .happened =
        Ce lien connecte une exploitation Panorama au compte { $account } dans { $partner }, qui
        pourra alors lire les parcelles de l’exploitation et ses données de semis, de pulvérisation
        et de récolte.
    .step-1 =
        C’est votre compte ? Continuez. Dans Panorama, choisissez votre exploitation et activez
        { $partner }.
    .step-2 =
        Ce n’est pas votre compte, ou quelqu’un vous a envoyé ce lien ? Fermez cette page. Rien
        n’est partagé.
    .button = Continuer vers Panorama

came-back = Connecter cette exploitation à votre compte ?
    .happened =
        Votre navigateur n’a pas indiqué qu’il venait de Panorama, c’est pourquoi nous posons la
        question. L’exploitation serait connectée au compte { $account } dans { $partner }, qui
        pourra alors lire ses parcelles et ses données de semis, de pulvérisation et de récolte.
    .step-1 =
        Venez-vous d’activer { $partner } dans Panorama, et est-ce votre compte ? Alors
        connectez-la.
    .step-2 = Sinon, fermez cette page. Nous n’avons rien changé.
    .button = Oui, la connecter

busy = Veuillez patienter un instant.
    .happened =
        Nous recevons en ce moment trop de demandes depuis votre réseau et n’avons pas encore pu
        enregistrer votre confirmation. Ce que vous avez activé dans Panorama reste activé.
    .step-1 = { asks-again }
    .stopped = Réessayez avec le bouton. La page ne le fait plus pour vous.
    .step-2 =
        Pas le temps d’attendre ? Retournez plus tard dans { $partner } et recommencez la connexion.
    .button = Réessayer maintenant

opened-elsewhere = Ce lien a déjà été ouvert dans un autre navigateur.
    .happened =
        Il connecte une exploitation Panorama au compte { $account } dans { $partner }, qui pourra
        alors lire les données de l’exploitation. L’autre navigateur était peut-être celui d’un
        autre appareil ou d’une autre application. Un lien fonctionne dans un seul navigateur à la
        fois.
    .step-1 =
        Continuez ici seulement si c’est votre compte et si c’est vous qui avez déjà ouvert le lien.
    .step-2 =
        Ce n’était pas vous, ou vous avez un doute ? Fermez cette page. Recommencez la connexion
        dans { $partner } ou demandez-y un nouveau lien.
    .button = C’est moi qui l’ai ouvert : continuer

unknown-link = Ce lien ne fonctionne pas.
    .happened = Il est incomplet, mal écrit ou n’est plus valable. Nous n’avons rien changé.
    .step-1 = Avez-vous copié le lien ? Vérifiez qu’il est complet.
    .step-2 = Sinon, recommencez la connexion dans { $partner } ou demandez-y un nouveau lien.

unavailable = Nous ne pouvons pas faire la connexion pour le moment.
    .happened =
        Quelque chose ne fonctionne pas de notre côté. Ce n’est pas votre faute, et ce que vous avez
        activé dans Panorama reste activé.
    .step-1 = { asks-again }
    .stopped = Réessayez avec le bouton. La page ne le fait plus pour vous.
    .step-2 =
        Cela ne fonctionne toujours pas ? Recommencez plus tard la connexion dans { $partner }.
    .button = Réessayer maintenant

## Parts of the pages of magic links

go-and-switch = Dans Panorama, choisissez votre exploitation et activez { $partner }.
brings-back = Panorama vous ramène ensuite ici. Vous n’avez besoin d’aucun code.
not-yours =
    Ce n’est pas votre compte, ou vous n’attendiez pas ce lien ? Fermez cette page : rien n’est
    partagé. Des questions ? Adressez-vous à l’équipe de { $partner } qui vous l’a envoyé.

## The pages of magic links

link-ask = Connecter votre exploitation à { $partner } ?
    .happened =
        Ce lien est destiné au compte { $account } dans { $partner }. Si vous êtes d’accord, ce
        compte pourra lire ce que partage l’une de vos exploitations de Panorama. La décision vous
        appartient toujours.
    .step-1 = Est-ce votre compte ? Continuez vers Panorama.
    .step-2 = { go-and-switch }
    .step-3 = { brings-back }
    .button = Continuer vers Panorama
    .aside = { not-yours }

link-reconnect = Reconnecter votre exploitation ?
    .happened =
        Le compte { $account } dans { $partner } était connecté à l’une de vos exploitations de
        Panorama et n’en reçoit plus les données. Ce lien reconnecte cette même exploitation, et
        aucune autre.
    .step-1 = Est-ce votre compte ? Continuez vers Panorama.
    .step-2 = Dans Panorama, choisissez la même exploitation qu’avant et activez { $partner }.
    .step-3 = { brings-back }
    .button = Continuer vers Panorama
    .aside = { not-yours }

link-under-way = À vous, dans Panorama
    .happened =
        Vous avez commencé à connecter une exploitation au compte { $account } dans { $partner }, et
        Panorama ne vous a pas encore ramené ici.
    .step-1 = { go-and-switch }
    .step-2 = { brings-back }
    .button = Continuer vers Panorama

link-other-operation = C’est une autre exploitation.
    .happened =
        Ce lien reconnecte la même exploitation qu’avant, mais une autre a été activée dans
        Panorama. Par sécurité, nous ne l’avons pas connectée.
    .step-1 =
        Recommencez avec le bouton. Dans Panorama, choisissez la même exploitation qu’avant et
        activez { $partner }.
    .step-2 =
        Si vous ne voulez pas partager l’autre exploitation, désactivez { $partner } pour celle-ci.
    .button = Recommencer

link-timed-out = Le délai est écoulé.
    .happened =
        Vous avez 15 minutes à partir du moment où vous continuez vers Panorama, et elles sont
        passées. Votre exploitation n’est pas encore connectée à { $partner }.
    .step-1 = Recommencez avec le bouton. Vous avez de nouveau 15 minutes.
    .step-2 = { go-and-switch }
    .button = Recommencer

link-over = Ce lien a expiré.
    .happened =
        Un lien de { $partner } fonctionne pendant un temps limité, et celui-ci a dépassé le sien.
        Nous n’avons rien changé.
    .step-1 = Demandez un nouveau lien à l’équipe de { $partner }.

link-used-up = Ce lien ne peut plus être utilisé.
    .happened =
        Il a servi autant de fois qu’il le peut. Ce qui a été connecté avec lui reste connecté.
    .step-1 = Ouvrez { $partner } pour voir si votre exploitation est connectée.
    .step-2 = Sinon, demandez un nouveau lien à l’équipe de { $partner }.

link-disconnected = Votre exploitation est déconnectée.
    .happened =
        Le compte { $account } dans { $partner } n’en lit plus rien. Ce qu’il a déjà lu y reste.
    .step-1 =
        Désactivez aussi le partage dans Panorama : ouvrez { the-way } et
        désactivez { $partner }.
    .step-2 = Vous pouvez fermer cette page.

start-again-text =
    Recommencez avec le bouton. Dans Panorama, choisissez l’exploitation que vous voulez connecter,
    puis activez { $partner }.
start-again = Recommencer

what-is-read = Ce qui est lu
what-is-read-text =
    Les noms des producteurs, des fermes et des parcelles ; les données de semis, de pulvérisation
    et de récolte, avec leurs fichiers machine.
what-is-not = Ce qui n’est jamais lu
what-is-not-text =
    Votre mot de passe, et les exploitations que vous ne choisissez pas. Rien n’est modifié dans
    Panorama.
how-long = Pendant combien de temps
how-long-text = Jusqu’à ce que vous désactiviez { $partner } dans Panorama, quand vous le voulez.

the-picture-text =
    Une image de Panorama : votre exploitation et, au-dessous, { $partner } avec un bouton que vous
    activez.

time-left = Temps restant
arrived = Reçu jusqu’ici
fields-arrived = Parcelles
files-arrived = Fichiers machine
back-to-partner = Retour à { $partner }

disconnect = Déconnecter
disconnect-text =
    Le compte { $account } dans { $partner } ne lira plus rien de votre exploitation. Ce qu’il a
    déjà lu y reste.
disconnect-now = Oui, déconnecter

## The receipt

receipt = Reçu de ce que vous partagez
receipt-text =
    Gardez-le : imprimez ou enregistrez la page. Il ne contient aucun code, et personne ne peut rien
    en faire.
receipt-number = Numéro
receipt-issued = Établi le
receipt-since = Connectée depuis
receipt-account = Compte
receipt-recipient = Partagé avec
receipt-purpose = Pour quoi
receipt-purpose-text = Pour utiliser les données de votre exploitation dans { $partner }.
receipt-consent = Consentement
receipt-consent-text = Donné par vous : vous avez activé { $partner } dans Panorama.
receipt-end = Comment y mettre fin
receipt-end-text = Ouvrez { the-way } dans Panorama et désactivez { $partner }.
receipt-kept = Combien de temps c’est conservé
receipt-kept-text =
    De nouvelles données sont lues jusqu’à ce que vous y mettiez fin. Combien de temps ce qui a été
    lu est conservé, et selon quelle loi, l’équipe de { $partner } vous le dira.
receipt-json = La même chose pour les programmes (JSON)
