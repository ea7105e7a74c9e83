<?php

declare(strict_types=1);

// No Composer: the module has no dependencies, and the portal loads its classes by the same rule.
\error_reporting(\E_ALL);
\spl_autoload_register(static function (string $class): void {
    $folders = [
        'Parom\Bridge\Tests\\' => __DIR__ . '/',
        'Parom\Bridge\\' => __DIR__ . '/../parom.bridge/lib/',
    ];
    foreach ($folders as $namespace => $folder) {
        if (\str_starts_with($class, $namespace)) {
            $file = $folder . \strtr(\substr($class, \strlen($namespace)), '\\', '/') . '.php';
            if (\is_file($file)) {
                require $file;
            }

            return;
        }
    }
});
\define('LANGUAGE_ID', 'ru');
\define('B_PROLOG_INCLUDED', true);
foreach (['main', 'orm', 'crm', 'rest', 'admin'] as $stubs) {
    require __DIR__ . "/Stubs/{$stubs}.php";
}
